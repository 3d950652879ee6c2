import { bytes } from '../../page/number';
import type { State } from '../../state/state';
import { expected, unitCost } from '../../trace/figures';
import { lastWork, type Work, workOf } from '../../trace/work';
import { type Drive, written } from '../drive';
import { many, type Piece, say } from '../say';
import type { Stop } from '../stop';

const few = 6;

export const cache: Stop = {
  id: 'cache',
  title: 'The cache',
  keep: () => ['.stage', '.figures'],
  async enter(drive, signal) {
    drive.set({ view: 'scene', selected: null });
    if (drive.isLive && drive.hasText && drive.state.phase !== 'idle' && drive.state.cache)
      await drive.write(written(drive.state), '4', signal);
    else await drive.begin('4', signal);
    await drive.write(Math.max(few, written(drive.state) + 3), '4', signal);
  },
  words,
  look: (_, isSheet) => [isSheet ? '.figure:nth-child(3)' : '.cache-box .switch'],
  acts(state, drive) {
    if (!drive.isLive) {
      if (drive.uncached === null) return [];
      const isOff = state.recording?.start.run.options.no_cache === true;
      return [
        {
          title: isOff ? 'The recording with it' : 'The recording without it',
          async run(_, signal) {
            await drive.begin('2', signal, isOff ? {} : { recorded: drive.uncached! });
            await drive.until(s => written(s) >= few || s.phase === 'idle', signal);
            drive.page.player.pause();
          },
        },
      ];
    }
    return [{ title: state.cache ? 'Switch the cache off' : 'Switch it on again', run: change }];
  },
};

/** The switch itself, and a few tokens more to see what it does. */
async function change(drive: Drive, signal: AbortSignal) {
  const { cache: was, phase } = drive.state;
  if (phase === 'idle') await drive.begin('4', signal);
  if (phase === 'idle') await drive.write(few, '4', signal);
  drive.setCache(!was);
  await drive.write(written(drive.state) + few - 1, '2', signal);
}

function words(state: State, drive: Drive): Piece[] {
  const { cursor } = state;
  const recording = state.recording!;
  const { layers, cacheBytesPerPosition } = recording.start.model;
  const works = workOf(recording)
    .slice(0, cursor)
    .filter((work): work is Work => work !== null);
  const [with_, without] = [works.filter(w => !w.uncached && !w.reads), works.filter(w => w.uncached)];
  const last = lastWork(recording, cursor);
  const length = recording.start.prompt.length + written(state);
  if (!last?.uncached) {
    const unit = unitCost(recording);
    const held = recording.steps[cursor - 1]?.cache.positions ?? 0;
    const other = unit ? expected(unit, length - 1, false, 'passes') : layers * (length - 1);
    return [
      ...say`Each of the ${layers} layers looks back at every earlier token, through what it once computed of it. That is kept: the KV cache holds ${held} tokens in
        ${bytes(held * cacheBytesPerPosition)}. So the last step took ${last?.layerTokenPasses ?? layers} passes of a token through a layer, not ${other}. `,
      ...(without.length > 0 ? compared(with_, without) : []),
      ...(without.length > 0 || drive.isLive || drive.uncached !== null ? [] : ['Going without takes an engine; this is a recording.']),
    ];
  }
  return [
    ...say`Nothing is kept now: all of the text goes through all ${layers} layers again for each new token, and what is computed again flashes red. The last one took
      ${last.layerTokenPasses} passes instead of ${layers}. `,
    ...(with_.length > 0 ? compared(with_, without) : []),
    'The words are the same, with the cache and without.',
  ];
}

const sum = (works: readonly Work[]) => works.reduce((all, work) => all + work.layerTokenPasses, 0);

function compared(with_: readonly Work[], without: readonly Work[]): Piece[] {
  return say`Counted so far: ${many(with_.length, 'token')} with it took ${sum(with_)}, ${many(without.length, 'token')} without it ${sum(without)}. `;
}
