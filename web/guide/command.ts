import experiments from '../../contract/lab/experiments.json' with { type: 'json' };

/** Words of a line of a shell, as far as the guide's commands go: quotes, and an end at a pipe or a redirection. */
export function words(line: string): string[] {
  const found: string[] = [];
  for (const [all, quoted] of line.matchAll(/"([^"]*)"|\S+/g)) {
    if (quoted === undefined && /^(\||\d?>|&|<)/.test(all)) break;
    found.push(quoted ?? all);
  }
  return found;
}

/** Options of `run` that the page has too, by the names of its address. */
const settings: Record<string, string> = {
  '-n': 'max_tokens',
  '--max-tokens': 'max_tokens',
  '--temperature': 'temperature',
  '--top-k': 'top_k',
  '--top-p': 'top_p',
  '--min-p': 'min_p',
  '--repetition-penalty': 'repetition_penalty',
  '--seed': 'seed',
};
const silent = ['--quiet', '--json', '--explain', '--hash-logits']; // which change what is printed, and no text

/** Where the page shows what a command shows, as the part of its address behind #; null where it does not. */
export function addressOf(command: string): string | null {
  const [tool, verb, ...rest] = words(command);
  if (tool !== 'sandglass') return null;
  if (verb === 'run') return run(rest);
  return verb === 'lab' ? lab(rest) : null;
}

function run(words: string[]): string | null {
  const address = new URLSearchParams();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (silent.includes(word)) continue;
    if (!word.startsWith('-') && !address.has('prompt')) address.set('prompt', word);
    else if (settings[word] && words[i + 1] !== undefined) address.set(settings[word], words[++i]!);
    else return null; // something that the page has no field for: it would write another text
  }
  return address.has('prompt') ? `#${address}` : null;
}

function lab([name, ...words]: string[]): string | null {
  if (!name || !Object.hasOwn(experiments, name)) return null;
  const address = new URLSearchParams({ view: 'lab', lab: name });
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (silent.includes(word)) continue;
    if (word === '--plot') i++;
    else if (!word.startsWith('-')) address.set('prompt', word);
    else if (words[i + 1] !== undefined) address.set(word === '-n' ? 'max-tokens' : word.replace(/^--/, ''), words[++i]!);
  }
  return `#${address}`;
}
