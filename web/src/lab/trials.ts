import { bytes, countOf, fixed, share, short } from './numbers';
import type { Rows } from './rows';
import { groups, lines, lost, type Shown, series } from './shown';

/** Experiments that ask or score the same under several conditions. */
export const trials: { [Name in 'quant' | 'window' | 'batch' | 'forget' | 'middle']: Shown<Rows[Name]> } = {
  quant: {
    columns: ['Weights', 'Cache', '#File', '#Cache a token', '#Perplexity', '#Lost, nats', '#±', '#Likeliest equal'],
    cells: rows =>
      rows.map(row => [
        row.weights,
        row.cacheType,
        bytes(row.weightBytes),
        bytes(row.cacheBytesPerToken),
        fixed(row.perplexity),
        fixed(row.lost, 4),
        fixed(row.lostError, 4),
        share(row.equalLikeliest),
      ]),
    panels: rows => {
      const weights = groups(rows, row => row.weights);
      const categories = weights.map(([name]) => name);
      const place = new Map(categories.map((name, i) => [name, i]));
      return [
        {
          x: 'Type of the weights',
          y: 'Nats a token that are lost, with twice the standard error',
          series: groups(rows, row => row.cacheType).map(([cache, same]) => ({
            name: `cache ${cache}`,
            points: same.map(row => lost(place.get(row.weights)!, row)),
          })),
          categories,
        },
        {
          x: 'Type of the weights',
          y: 'MB of the file',
          series: [{ name: '', points: weights.map(([, [row]], i) => ({ x: i, y: row!.weightBytes / 1e6 })) }],
          categories,
        },
      ];
    },
  },
  window: {
    columns: ['#Window', '#Sinks', '#Cache', '#Perplexity', '#Lost, nats', '#±', '#Likeliest equal'],
    cells: rows =>
      rows.map(row => [
        row.window === 0 ? 'all' : `${row.window}`,
        row.window === 0 ? '' : `${row.sinks}`,
        bytes(row.cacheBytes),
        fixed(row.perplexity),
        fixed(row.lost, 3),
        fixed(row.lostError, 3),
        share(row.equalLikeliest),
      ]),
    panels: rows => {
      const bySinks = groups(
        rows.filter(row => row.window > 0),
        row => row.sinks,
      ).map(([sinks, same]) => ({ name: countOf(sinks, 'sink'), rows: same.toSorted((a, b) => a.window - b.window) }));
      return [
        {
          x: 'Window, positions',
          y: 'Nats a token that are lost, with twice the standard error',
          series: bySinks.map(same => ({ name: same.name, points: same.rows.map(row => lost(row.window, row)) })),
          ...lines,
        },
        {
          x: 'Window, positions',
          y: 'Share of places with the same likeliest token',
          series: bySinks.flatMap(same => series(same.rows, row => row.window, [[same.name, row => row.equalLikeliest]])),
          logarithmic: true,
        },
      ];
    },
  },
  batch: {
    columns: ['#Batch', '#Tokens/s', '#Range', '#Times the first', '#Tokens/s a text', '#ms a token', '#95 %', '#First, ms'],
    cells: rows =>
      rows.map(row => [
        `${row.batch}`,
        short(row.tokensPerSecond),
        `${short(row.tokensPerSecondLow)}-${short(row.tokensPerSecondHigh)}`,
        fixed(row.tokensPerSecond / rows[0]!.tokensPerSecond),
        short(row.tokensPerSecond / row.batch),
        short(row.msPerToken),
        short(row.msPerToken95),
        short(row.firstTokenMs),
      ]),
    panels: rows => [
      {
        x: 'Texts written together',
        y: 'Tokens a second, of all texts; with the range of the repetitions',
        series: [
          {
            name: '',
            points: rows.map(row => ({ x: row.batch, y: row.tokensPerSecond, low: row.tokensPerSecondLow, high: row.tokensPerSecondHigh })),
          },
        ],
        ...lines,
      },
      {
        x: 'Texts written together',
        y: 'Milliseconds between two tokens of a text',
        series: series(rows, row => row.batch, [
          ['median', row => row.msPerToken],
          ['95 %', row => row.msPerToken95],
        ]),
        ...lines,
      },
    ],
  },
  forget: {
    columns: ['#Distance', '#Right', '#Share', '#95 % interval', '#Lift, nats', '#KL, nats'],
    cells: rows =>
      rows.map(row => [
        `${row.distance}`,
        `${row.hits} of ${row.trials}`,
        share(row.accuracy),
        `${share(row.low)} to ${share(row.high)}`,
        fixed(row.lift),
        fixed(row.divergence, 3),
      ]),
    panels: rows => {
      const x = 'Tokens between (0 stands at 1)'; // on an axis of doublings
      const at = (row: { distance: number }) => Math.max(1, row.distance);
      return [
        {
          x,
          y: 'Share of right choices among eight, with its 95 % interval',
          series: [{ name: '', points: rows.map(row => ({ x: at(row), y: row.accuracy, low: row.low, high: row.high })) }],
          ...lines,
        },
        {
          x,
          y: 'Nats',
          series: series(rows, at, [
            ['lift of the name', row => row.lift],
            ['divergence', row => row.divergence],
          ]),
          ...lines,
        },
      ];
    },
  },
  middle: {
    columns: ['Form', '#Length', '#Place', '#Right', '#Share', '#95 % interval', '#Logprob'],
    cells: rows =>
      rows.map(row => [
        row.form,
        `${row.length}`,
        fixed(row.position),
        `${row.hits} of ${row.trials}`,
        share(row.accuracy),
        `${share(row.low)} to ${share(row.high)}`,
        fixed(row.meanLogprob),
      ]),
    panels: rows =>
      groups(rows, row => row.form).map(([form, same]) => ({
        x: 'Place of the fact: 0 at the beginning, 1 at the end',
        y: `${form}: share of right choices among eight, with its 95 % interval`,
        series: groups(same, row => row.length).map(([length, those]) => ({
          name: `${length} tokens`,
          points: those.map(row => ({ x: row.position, y: row.accuracy, low: row.low, high: row.high })),
        })),
        fromZero: true,
      })),
  },
};
