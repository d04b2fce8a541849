import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What each layer of src/ may import: arrows only ever point down (README, "The house"). */
const LAYERS = {
  gpu: [],
  kernels: ['gpu'],
  net: ['gpu', 'kernels'],
  sampler: [],
  codec: ['gpu', 'kernels'],
  editor: ['gpu', 'kernels', 'net', 'sampler', 'codec'],
};

/** The folders of src/editor: each may import those before it (src/editor/index.ts says what each is for). */
const EDITOR_FOLDERS = [
  'ask',
  'scenes',
  'model',
  'source',
  'structure',
  'content',
  'mask',
  'denoise',
  'draw',
  'run',
  'after',
  'worker',
];

/** Files of the folder `root`/`name` may not import from the folders `others` beside it. */
const apart = (root, name, others) => ({
  files: [`${root}/${name}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: others.map((other) => ({
          regex: `(^|/)\\.\\./${other}(/|$)`,
          message: `${root}/${name} may not use ${root}/${other}.`,
        })),
      },
    ],
  },
});

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) =>
  apart(
    'src',
    layer,
    Object.keys(LAYERS).filter((other) => other !== layer && !allowed.includes(other)),
  ),
);

// A later rule takes the place of an earlier one: src/editor as a layer may use all others, so nothing is lost.
const folderRules = EDITOR_FOLDERS.map((folder, i) =>
  apart('src/editor', folder, EDITOR_FOLDERS.slice(i + 1)),
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'weights/nano/', '.cache/', 'eslint.config.js'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['bin/**', 'test/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['demo/examples/**'],
    languageOptions: { globals: { document: 'readonly', Worker: 'readonly', URL: 'readonly' } },
  },
  ...layerRules,
  ...folderRules,
);
