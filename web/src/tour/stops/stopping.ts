import { optionsOf } from '../../state/player';
import { tokenSteps } from '../../trace/recording';
import type { Finish, TraceResult } from '../../trace/types';
import { branchesOf } from '../../tree/branches';
import { written } from '../drive';
import { many, type Piece, say } from '../say';
import type { Act, Stop } from '../stop';

const most = 400;
const beforeCancel = 6;

export const stopping: Stop = {
  id: 'stopping',
  title: 'Why it stops',
  keep: () => ['.stage'],
  async enter(drive, signal) {
    drive.set({ view: 'scene', selected: null });
    await drive.finish(signal);
  },
  words({ recording, cursor, phase }, drive) {
    const count = tokenSteps(recording!, cursor).length;
    const result = recording!.result;
    if (phase !== 'idle')
      return say`${many(count, 'token')} so far. Nothing in the model says how long a text is: after each token somebody has to ask whether to go on.`;
    return [
      ...(result
        ? ended(result, count)
        : say`You cancelled it: after ${many(count, 'token')} no further step was begun, and what was written stays. `),
      ...say`A text ends when the model draws its end-of-text token, when it has as many tokens as were asked for, when a stop string comes, or when you cancel it.`,
      ...(drive.isLive ? [] : say` To see the other endings takes an engine; this is a recording.`),
    ];
  },
  look: () => ['.ending:not([hidden])', '.text'],
  acts: (_, drive) => (drive.isLive ? [itself, atStop, byHand] : []),
};

const reasons: Record<Finish, (count: number) => Piece[]> = {
  eos: count => say`This text ended by itself: after ${many(count, 'token')} the model drew its end-of-text token. `,
  length: count => say`This text was cut off: ${count} tokens were asked for, and there they are. `,
  stop: count => say`This text ended at a stop string, after ${many(count, 'token')}: it came, so the engine went no further. `,
  context: count => say`This text filled the context after ${many(count, 'token')}: the model can look back no further. `,
  cancelled: count => say`This text was cancelled after ${many(count, 'token')}. `,
  loop: count => say`This text was ended after ${many(count, 'token')}, since it had begun to repeat itself. `,
  time: count => say`This text had its time, and ended after ${many(count, 'token')}. `,
};

function ended({ finish }: TraceResult, count: number): Piece[] {
  return [...reasons[finish](count), ...say`The trace gives the reason as ${finish}. `];
}

const itself: Act = {
  title: 'Ask for 400',
  async run(drive, signal) {
    await drive.begin('max', signal, { maxTokens: most });
    await drive.until(s => s.phase === 'idle', signal);
  },
};

const atStop: Act = {
  title: 'Stop at a full stop',
  async run(drive, signal) {
    await drive.prepare('max', signal);
    await branchesOf(drive.page).write({ ...optionsOf(drive.state.settings), stop: ['.'] });
  },
};

const byHand: Act = {
  title: 'Cancel it',
  async run(drive, signal) {
    await drive.begin('4', signal);
    await drive.until(s => written(s) >= beforeCancel || s.phase === 'idle', signal);
    drive.page.player.stop();
  },
};
