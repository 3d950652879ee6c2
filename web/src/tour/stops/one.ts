import { tokenSteps } from '../../trace/recording';
import { percent } from '../../tree/glass';
import { written } from '../drive';
import { glassOf, say } from '../say';
import type { Stop } from '../stop';

export const one: Stop = {
  id: 'one',
  title: 'One token at a time',
  keep: isSheet => (isSheet ? ['.stage'] : ['.stage', '.side']),
  async enter(drive, signal) {
    drive.set({ view: 'scene', side: 'why', selected: null });
    await drive.begin('step', signal);
    await drive.until(s => written(s) > 0 || s.phase === 'idle', signal);
  },
  words({ recording, cursor }) {
    const last = tokenSteps(recording!, cursor).at(-1)!;
    const { start } = recording!;
    return say`A token is a word, or a piece of one. The model has read ${last.position} of them and gave each of the ${start.model.vocabulary} that it knows a
      probability; one was drawn: ${glassOf(last)}, which had ${percent(Math.exp(last.logprob))}. It is written down, and the whole text, ${last.position + 1}
      tokens by now, decides about the next one. There is nothing else to it.`;
  },
  look: () => ['[data-testid="text"] .token:last-child', '.text'],
  acts: (state, drive) => [
    {
      title: 'Write the next token',
      async run(_, signal) {
        const count = written(state);
        drive.set({ speed: 'step' });
        drive.page.player.step();
        await drive.until(s => written(s) > count || s.phase === 'idle', signal);
      },
    },
  ],
};
