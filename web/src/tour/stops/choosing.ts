import type { State } from '../../state/state';
import { isToken } from '../../trace/decode';
import { idsOf, type Recording, tokenSteps } from '../../trace/recording';
import type { TokenStep, TraceCandidate } from '../../trace/types';
import { percent } from '../../tree/glass';
import { runChain } from '../../why/chain';
import { beyond, optionsOfRun } from '../../why/options';
import type { Drive } from '../drive';
import { entropyOf, leastSure, surest } from '../moments';
import { glassOf, type Piece, say } from '../say';
import type { Stop } from '../stop';

const hot = 1.5;
const named = 3;

export const choosing: Stop = {
  id: 'choosing',
  title: 'Choosing',
  keep: isSheet => (isSheet ? ['.glasses'] : ['.side', '.text']),
  async enter(drive, signal) {
    drive.set({ view: 'scene', side: 'why' });
    await drive.finish(signal);
    select(drive, leastSure);
  },
  words(state) {
    const step = lookedAt(state);
    return step ? told(state.recording!, step) : [];
  },
  look: () => ['.why > div > .drawn, .why > div > .ruler', '.panel-why'],
  acts(state) {
    const step = lookedAt(state);
    const unsure = state.recording && leastSure(state.recording);
    return step && step === unsure
      ? [{ title: 'Show where it was sure', run: async drive => select(drive, surest) }]
      : [{ title: 'Show where it was not sure', run: async drive => select(drive, leastSure) }];
  },
};

function select(drive: Drive, which: (recording: Recording) => TokenStep | null) {
  const { page } = drive;
  const { recording } = page.store.get();
  const step = recording && which(recording);
  if (!recording || !step) return;
  if (page.store.get().cursor < recording.steps.length) page.player.seek(recording.steps.length);
  drive.set({ selected: step.position, side: 'why' });
}

function lookedAt({ recording, cursor, selected }: State): TokenStep | null {
  if (!recording) return null;
  const shown = tokenSteps(recording, cursor);
  return shown.find(step => step.position === selected) ?? shown.at(-1) ?? null;
}

/** How sure the model was, what was drawn, and what a temperature would have made of it. */
export function told(recording: Recording, step: TokenStep): Piece[] {
  const { why } = step;
  const entropy = entropyOf(step);
  const wide = Math.exp(entropy);
  const sure = wide < 1.5;
  const first = step.candidates.slice(0, sure ? 1 : named);
  const chosen = step.asked[0]!;
  const odds = first.flatMap((c, i) => [i === 0 ? '' : i === first.length - 1 ? ' and ' : ', ', ...oddsOf(c)]);
  const drawn = why.greedy
    ? say`At temperature 0 nothing is drawn: the likeliest, ${glassOf(chosen)}, was taken. `
    : why.kept === 1
      ? say`Only ${glassOf(chosen)} passed the filters, so any number drawn would have chosen it. `
      : say`The number drawn was ${why.draw.toFixed(3)}: of the ${why.kept} that temperature and filters left, ${glassOf(chosen)} owned the stretch from
      ${why.interval[0].toFixed(3)} to ${why.interval[1].toFixed(3)}, so ${percent(why.interval[1] - why.interval[0])}. `;
  return [
    sure ? 'Here the model was sure' : wide > 4 ? 'Here the model was far from sure' : 'Here the model wavered',
    ': before any filter it gave ',
    ...odds,
    ...say`. Its entropy, the measure of doubt, was ${entropy.toFixed(2)} nats, as with ${wide < 10 ? wide.toFixed(1) : Math.round(wide)} equally likely tokens. `,
    ...drawn,
    ...temperature(recording, step),
  ];
}

function* oddsOf(candidate: TraceCandidate): Generator<Piece> {
  yield glassOf(candidate);
  yield* say` ${percent(candidate.probability)}`;
}

/** On the recorded logits: what would have come at temperature 0, and at a high one by the same draw. */
function temperature(recording: Recording, step: TokenStep): Piece[] {
  if (beyond(recording.start).length > 0 || step.why.greedy) return [];
  const options = optionsOfRun(recording.start);
  const before = idsOf(
    recording,
    recording.steps.findIndex(s => isToken(s) && s.position === step.position),
  );
  const at = (temperature: number) => {
    const id = runChain(step, recording.start.model.vocabulary, { ...options, temperature }, before).chosen;
    return [...step.candidates, ...step.asked].find(c => c.id === id) ?? null;
  };
  const [cold, warm] = [at(0), at(hot)];
  if (!cold) return [];
  const more = warm && warm.id !== cold.id ? say`; at ${String(hot)}, where the odds are flatter, ${glassOf(warm)}` : [];
  return [
    `At temperature 0, always the likeliest, it would ${cold.id === step.id ? 'still be' : 'have been'} `,
    glassOf(cold),
    ...more,
    '.',
  ];
}
