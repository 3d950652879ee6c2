import type { Stop } from '../stop';
import { branching } from './branching';
import { cache } from './cache';
import { choosing } from './choosing';
import { one } from './one';
import { phases } from './phases';
import { stopping } from './stopping';

/** The stops, in the order of the story. */
export const stops: readonly Stop[] = [one, cache, phases, choosing, branching, stopping];
