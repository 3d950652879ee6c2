import { milliseconds } from '../../page/number';
import { figures } from '../../trace/figures';
import { written } from '../drive';
import { many, type Piece, say } from '../say';
import type { Stop } from '../stop';

const tokens = 8;

export const phases: Stop = {
  id: 'phases',
  title: 'Reading, then writing',
  keep: () => ['.stage', '.figures'],
  async enter(drive, signal) {
    drive.set({ view: 'scene', selected: null });
    await play(drive, signal);
  },
  words({ recording, cursor }) {
    const { promptTokens, prefillMs, prefillTokens, adopted, firstTokenMs, tokenMs, written: count } = figures(recording!, cursor);
    if (count === 0)
      return say`The ${promptTokens} tokens of the prompt go through the model together. This is called prefill, and it is the pause before the first word.`;
    const found: Piece[] = adopted > 0 ? say` (${adopted} more were still in the cache)` : [];
    return [
      ...say`Prefill: the prompt’s ${many(prefillTokens, 'token')} were read together in ${milliseconds(prefillMs)}`,
      ...found,
      ...(prefillTokens > 1 ? say`, ${milliseconds(prefillMs / prefillTokens)} each. ` : ['. ']),
      ...(count > 1 && tokenMs !== null
        ? say`Decode: each further token has to wait for the one before it; the last took ${milliseconds(tokenMs)}. `
        : []),
      ...say`From the request to the first token, the time to first token, it was ${milliseconds(firstTokenMs ?? 0)}, measured in this run; the page only shows
        it slower.`,
    ];
  },
  look: ({ recording, cursor }) => (recording && figures(recording, cursor).written > 0 ? ['.figure:nth-child(5)'] : ['.phase', '.stage']),
  acts: () => [{ title: 'Play it again', run: play }],
};

const play: Stop['enter'] = async (drive, signal) => {
  await drive.begin('4', signal);
  await drive.until(s => written(s) >= tokens || (s.phase === 'idle' && s.recording !== null), signal);
  drive.page.player.pause();
};
