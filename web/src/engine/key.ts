/** Who asks a person for a key: the page sets it. */
let prompt: (() => Promise<string | null>) | null = null;
let key: string | null = null;

export function askForKeyWith(ask: () => Promise<string | null>) {
  prompt = ask;
}

/** The key, for as long as the page is open and nowhere kept; `anew` asks for another, since the server did not take this one. */
export async function keyOf(anew: boolean): Promise<string | null> {
  if (anew && prompt) key = await prompt();
  return key;
}
