import { expect, test } from 'vitest';
import { Choices, type ChosenVariants, type Question, questionKey } from '../../src/gpu/index.ts';

const question: Question = {
  family: 'gemm',
  shape: '64x64x64 f32',
  candidates: ['register', 'tile', 'plain'],
};

test('the guess until something is known, and the question stays open', () => {
  const choices = new Choices();
  expect(choices.choose(question)).toBe('register');
  expect(choices.isOpen(question)).toBe(true);
});

test('what was measured answers, for that shape and those candidates alone', () => {
  const choices = new Choices();
  choices.measured.set(questionKey(question), 'tile');
  expect(choices.choose(question)).toBe('tile');
  expect(choices.isOpen(question)).toBe(false);
  for (const other of [
    { ...question, shape: '1x64x64 f32' },
    { ...question, candidates: ['register', 'tile'] as const },
  ]) {
    expect(choices.choose(other)).toBe('register');
    expect(choices.isOpen(other)).toBe(true);
  }
});

test('a fixed variant wins over what was measured, where it does the shape', () => {
  const choices = new Choices({ gemm: 'plain', attention: 'tile' });
  choices.measured.set(questionKey(question), 'tile');
  expect(choices.choose(question)).toBe('plain');
  expect(choices.isOpen(question)).toBe(false);
  expect(choices.choose({ ...question, candidates: ['register', 'tile'] })).toBe('register');
});

test('a run keeps what it took, on another device and whatever is measured meanwhile', () => {
  const noted: ChosenVariants = new Map();
  expect(new Choices({}, noted).choose(question)).toBe('register');
  const rebuilt = new Choices({}, noted);
  rebuilt.measured.set(questionKey(question), 'tile');
  expect(rebuilt.choose(question)).toBe('register');
  expect(rebuilt.isOpen(question)).toBe(false);
  noted.clear();
  expect(rebuilt.choose(question)).toBe('tile');
});

test('one candidate is no question', () => {
  const choices = new Choices();
  const single: Question = { ...question, candidates: ['plain'] };
  expect(choices.choose(single)).toBe('plain');
  expect(choices.isOpen(single)).toBe(false);
});
