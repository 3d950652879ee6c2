const who = [
  'Mia',
  'the old fox',
  'a small boat',
  'Ben',
  'the blue bird',
  'a tired king',
  'Anna',
  'the baker',
  'a brave mouse',
  'Tim',
  'the moon',
  'a little bear',
];
const began = [
  'Once upon a time',
  'One day',
  'Long ago',
  'In the morning',
  'On a rainy day',
  'Every night',
  'Far away by the sea',
  'Last summer',
];
const wanted = [
  'wanted to find',
  'had lost',
  'was looking for',
  'had a dream about',
  'told everyone about',
  'was afraid of',
  'made a picture of',
  'asked for',
];
const what = ['a red ball', 'the way home', 'a friend', 'the golden key', 'a big cake', 'a quiet place', 'the river', 'a star'];
const lines = [
  'The sun was warm and the grass was soft.',
  'There was a garden with a high wall around it.',
  'Nobody knew who lived behind the green door.',
  'The children played there until it was dark.',
  'A dog barked twice, and then it was still.',
  'It had snowed all night long.',
  'The water was cold, but they went in all the same.',
  'Mother had said that they must be back for dinner.',
  'In the tall tree sat a bird that could not sing.',
  'The road went up the hill and down again.',
];
const lengths = [0, 2, 0, 7, 1, 14, 0, 4, 24, 1, 9, 3]; // sentences before the last: some have much to read, most little

/** A beginning for the nth reader. Those of one run all differ. */
export function promptOf(nth: number): string {
  const at = (list: readonly string[], step: number) => list[(nth * step + Math.floor(nth / list.length)) % list.length]!;
  const before = Array.from(
    { length: lengths[nth % lengths.length]! },
    (_, i) => lines[(nth + 3 * i + Math.floor(i / lines.length)) % lines.length]!,
  );
  return [...before, `${at(began, 3)} ${at(who, 5)} ${at(wanted, 7)} ${at(what, 1)}`].join(' ');
}
