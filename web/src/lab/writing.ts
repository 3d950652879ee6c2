import { beginning, bytes, count, fixed, mean, share, short, whole } from './numbers';
import type { CacheRow, DriftRow, Rows, SpeculationRow } from './rows';
import { byIndex, groups, lines, type Shown, series } from './shown';

/** Experiments that write texts and look at them. */
export const writing: { [Name in 'temperature' | 'repetition' | 'drift' | 'speculation' | 'cache' | 'fork']: Shown<Rows[Name]> } = {
  temperature: {
    columns: ['#Temp.', '#Logprob', '#Distinct 1', '#2', '#3', '#Equal', 'A text'],
    cells: rows =>
      rows.map(row => [
        fixed(row.temperature),
        fixed(row.meanLogprob),
        fixed(row.distinct1),
        fixed(row.distinct2),
        fixed(row.distinct3),
        share(row.equalTexts),
        beginning(row.text, 40),
      ]),
    panels: rows => [
      {
        x: 'Temperature',
        y: 'Different runs of tokens, and equal texts, as shares',
        series: series(rows, row => row.temperature, [
          ['distinct-1', row => row.distinct1],
          ['distinct-2', row => row.distinct2],
          ['distinct-3', row => row.distinct3],
          ['equal texts', row => row.equalTexts],
        ]),
        fromZero: true,
      },
      {
        x: 'Temperature',
        y: 'Mean log-probability of a token at temperature 1, nats',
        series: series(rows, row => row.temperature, [['', row => row.meanLogprob]]),
      },
    ],
  },
  repetition: {
    columns: ['Remedy', '#Loops', '#From', '#Period', '#Repeated 2', '#4', '#8', '#Logprob'],
    cells: rows =>
      rows.map(row => [
        row.remedy,
        `${row.looped} of ${row.texts}`,
        fixed(row.loopFrom, 0),
        fixed(row.loopPeriod, 0),
        share(row.repeated2),
        share(row.repeated4),
        share(row.repeated8),
        fixed(row.meanLogprob),
      ]),
    lines: rows => rows.map(row => `${row.remedy}: … ${beginning(row.text.slice(-90), 90)}`),
    panels: rows => {
      const categories = rows.map(row => row.remedy);
      return [
        {
          x: 'Remedy',
          y: 'Runs of tokens that stand in the text before, and texts in a circle, as shares',
          series: series(rows, byIndex, [
            ['2 tokens', row => row.repeated2],
            ['4 tokens', row => row.repeated4],
            ['8 tokens', row => row.repeated8],
            ['texts in a circle', row => row.looped / row.texts],
          ]),
          categories,
        },
        {
          x: 'Remedy',
          y: 'Mean log-probability of a token, nats',
          series: series(rows, byIndex, [['', row => row.meanLogprob]]),
          categories,
        },
      ];
    },
  },
  drift: {
    columns: ['What', '#Tokens', '#Logprob', '#Entropy', '#KL', '#Likeliest equal', '#Written equal'],
    cells: rows =>
      means(rows).map(row => [
        row.what,
        row.from === row.to ? `${row.from}` : `${row.from}-${row.to}`,
        fixed(row.logprob),
        fixed(row.entropy),
        fixed(row.divergence, 3),
        share(row.equalLikeliest),
        share(row.equalWritten),
      ]),
    panels: rows => {
      const [along, after] = ['along', 'after'].map(what => means(rows).filter(row => row.what === what));
      const middle = (row: DriftRow) => (row.from + row.to) / 2;
      return [
        {
          x: 'Tokens of the text',
          y: 'Nats a token',
          series: series(along!, middle, [
            ['surprise of the token', row => (row.logprob === undefined ? undefined : -row.logprob)],
            ['entropy', row => row.entropy],
          ]),
        },
        {
          x: 'Tokens after the changed one',
          y: 'Kullback-Leibler divergence, nats',
          series: series(after!, middle, [['', row => row.divergence]]),
          ...lines,
        },
        {
          x: 'Tokens after the changed one',
          y: 'Share of places that are equal',
          series: series(after!, middle, [
            ['likeliest token, same text between', row => row.equalLikeliest],
            ['token written, each text by itself', row => row.equalWritten],
          ]),
          ...lines,
        },
      ];
    },
  },
  speculation: {
    columns: ['Draft', '#Temp.', '#Length', '#Drafted', '#Held', '#Share', '#The last', '#Steps', '#Tokens a step'],
    cells: rows =>
      rows.map(row => [
        row.draft,
        fixed(row.temperature),
        `${row.length}`,
        whole(row.drafted),
        whole(row.accepted),
        share(held(row)),
        share(row.lastHeld),
        whole(row.steps),
        fixed(row.tokens / row.steps),
      ]),
    lines: rows => [
      rows.every(row => row.textEqual)
        ? 'The texts are those that are written without guesses.'
        : 'THE TEXTS DIFFER from those without guesses, which they never should: please report this.',
    ],
    panels: rows => {
      const all = (y: (row: SpeculationRow) => number | undefined) =>
        groups(rows, row => `${row.draft}, temperature ${fixed(row.temperature)}`).flatMap(([name, same]) =>
          series(same, row => row.length, [[name, y]]),
        );
      return [
        { x: 'Tokens guessed at once', y: 'Share of guesses that hold', series: all(held), ...lines },
        {
          x: 'Tokens guessed at once',
          y: 'Tokens that a step of the model writes',
          series: all(row => row.tokens / row.steps),
          logarithmic: true,
        },
      ];
    },
  },
  cache: {
    columns: ['Cache', '#Tokens', '#Passes', '#Proj.', '#FFN', '#Attn.', '#Logits', '#Held', '#ms/token'],
    cells: ways =>
      ways.flatMap(way =>
        way.rows.map(row => [
          row.cache ? 'with' : 'without',
          whole(row.tokens),
          count(row.layerTokenPasses),
          count(row.multiplyAdds.projections),
          count(row.multiplyAdds.feedForward),
          count(row.multiplyAdds.attention),
          count(row.multiplyAdds.logits),
          bytes(row.cacheBytes),
          short(milliseconds(row)),
        ]),
      ),
    panels: ways => {
      // without the first row, which has the prompt in it
      const all = (y: (row: CacheRow['rows'][number]) => number) =>
        ways.flatMap(way => series(way.rows.slice(1), row => row.length, [[`${way.rows[0]!.cache ? 'with' : 'without'} the cache`, y]]));
      const x = 'Tokens of the text';
      return [
        {
          x,
          y: 'Multiply-adds of one more token, millions',
          series: all(({ window: work }) => (work.projections + work.feedForward + work.attention + work.logits) / 1e6),
          fromZero: true,
        },
        { x, y: 'Milliseconds of one more token, measured', series: all(milliseconds), fromZero: true },
      ];
    },
  },
  fork: {
    columns: ['Token', '#Probability', '#Score a token', '#Shared', '#Meets at', 'Text'],
    cells: rows =>
      rows.map(({ token, branch }, i) => [
        quoted(token),
        share(Math.exp(branch.logprob)),
        fixed(branch.score / branch.ids.length, 3),
        i === 0 ? '' : `${branch.sharedTokens} of ${branch.ids.length - 1}`,
        i === 0 ? '' : `${branch.meetsAt ?? 'never'}`,
        beginning(branch.text, 90),
      ]),
    panels: rows => {
      const x = 'Token at the fork';
      const categories = rows.map(row => quoted(row.token));
      const one = (y: (branch: (typeof rows)[number]['branch']) => number) => series(rows, byIndex, [['', row => y(row.branch)]]);
      return [
        { x, y: 'Probability of the token', series: one(branch => Math.exp(branch.logprob)), categories },
        {
          x,
          y: 'Share of the tokens after it that the first branch has too, in the same order',
          series: one(branch => branch.sharedTokens / Math.max(1, branch.ids.length - 1)),
          categories,
        },
        {
          x,
          y: 'Mean log-probability of a token of the branch, nats',
          series: one(branch => branch.score / branch.ids.length),
          categories,
        },
      ];
    },
  },
};

/** Of the same stretch of all texts. */
function means(rows: readonly DriftRow[]): DriftRow[] {
  const all = groups(rows, row => `${row.what} ${row.from} ${row.to}`).map(([, same]): DriftRow => {
    const of = (key: 'logprob' | 'entropy' | 'divergence' | 'equalLikeliest' | 'equalWritten') => {
      const value = mean(same.map(row => row[key]));
      return value === undefined ? {} : { [key]: value };
    };
    const { what, from, to } = same[0]!;
    return { what, from, to, ...of('logprob'), ...of('entropy'), ...of('divergence'), ...of('equalLikeliest'), ...of('equalWritten') };
  });
  return [...all.filter(row => row.what === 'along'), ...all.filter(row => row.what !== 'along')];
}

const held = (row: SpeculationRow) => (row.drafted === 0 ? undefined : row.accepted / row.drafted);

const quoted = (token: string) => `"${token}"`.replaceAll('\n', ' ');

/** Of a time as .NET writes it: hours, minutes, seconds. */
function milliseconds({ timePerToken }: { timePerToken: string }): number {
  const [hours = 0, minutes = 0, seconds = 0] = timePerToken.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
