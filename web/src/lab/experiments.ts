import type { Rows } from './rows';
import type { Shown } from './shown';
import { trials } from './trials';
import { writing } from './writing';

/** How each experiment's rows are shown. */
export const experiments: { [Name in keyof Rows]: Shown<Rows[Name]> } = { ...writing, ...trials };
