import { batchPart } from '../batch/part';
import { chatPart } from '../chat/part';
import { costPart } from '../cost/cost';
import { guidePart } from '../guide/part';
import { labPart } from '../lab/part';
import { scenePart } from '../scene/part';
import { stepsPart } from '../steps/steps';
import { treePart } from '../tree/part';
import { whyPart } from '../why/part';
import type { Part } from './parts';

/** All parts, in the order of their tabs. */
export const parts: readonly Part[] = [scenePart, treePart, chatPart, batchPart, labPart, guidePart, whyPart, costPart, stepsPart];
