// The engine's worker: WebAssembly that takes one step at a time, so that messages come through between two steps.
//
// To it:    {type: 'load', name, file | url, options?}      a model: a File or Blob, or an address to fetch; options: {compute, cacheTypeKeys, cacheTypeValues, context}
//           {type: 'about', name, file | url}               what that model would take in this tab; it is not loaded
//           {type: 'trace', id, body, steps?}               a text, with the body of POST /trace; `steps`: how many events may come before more are asked for
//           {type: 'more', id, steps}                       that many events more
//           {type: 'stop', id}                              ends the text at its next token; its result comes. Of an experiment: ends it soon
//           {type: 'lab', id, experiment, options, model, draft?}   an experiment; models: {name, file | url}; options: those of `sandglass lab`, as texts
// It may be told so before it is ready: a model is fetched while the engine starts.
// From it:  {type: 'ready'}, {type: 'loading', read, total}, {type: 'model', model}, {type: 'about', about}
//           {type: 'start' | 'step' | 'result' | 'error', id, …}   the events of POST /trace, each with its value under its own name; an error without id is of `load` or `about`
//           {type: 'progress', id, done, parts, share}, {type: 'rows', id, line}, {type: 'done', id, stopped}   of an experiment; lines as in a file of its results

const mostHashed = 1 << 29; // bytes: the browser's hash wants them all at once, the engine's does not

// What comes before the engine is there waits, but for the bytes of a model, which are fetched meanwhile.
const early = [];
let handleMessage = data => {
  if (data.type === 'load') data.opened = opened(data);
  early.push(data);
};
self.addEventListener('message', ({ data }) => handleMessage(data)); // the runtime takes a worker with an `onmessage` for one of its own

const { dotnet } = await import('./_framework/dotnet.js');
const runtime = await dotnet.withEnvironmentVariable('TZ', 'UTC').create(); // what local time is, the engine asks below
const { wasmExports } = runtime.Module;
let source = null; // bytes of the file that is being opened

runtime.setModuleImports('engine', {
  readFile(offset, view) {
    const end = offset + view.byteLength;
    const bytes = source instanceof Blob ? new Uint8Array(new FileReaderSync().readAsArrayBuffer(source.slice(offset, end))) : source.subarray(offset, end);
    view.set(bytes);
    return bytes.length;
  },
  placeModule(view) {
    try {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(view.slice()), { e: { memory: wasmExports.memory } });
      const table = wasmExports.__indirect_function_table;
      const at = table.grow(1);
      table.set(at, instance.exports.f);
      return at;
    } catch (refused) {
      console.log(`The engine goes on without a kernel of its own: ${refused}`);
      return 0;
    }
  },
  minutesAheadOfUtc: () => -new Date().getTimezoneOffset(),
  loading(read, total) {
    postMessage({ type: 'loading', read, total });
  },
});

const { Tab } = (await runtime.getAssemblyExports('Sandglass.Web.dll')).Sandglass.Web;
Tab.Open();

// Texts under way, and how many events each may still send; experiments under way, and the models that are kept for them.
const texts = new Map();
const labs = new Set();
const kept = new Map();

// A turn of the event loop without the wait of a timer.
const channel = new MessageChannel();
let isRunning = false;
channel.port1.onmessage = run;

function wake() {
  if (isRunning) return;
  isRunning = true;
  channel.port2.postMessage(null);
}

function run() {
  let isHungry = false; // a text whose reader wants an event that is not there yet
  for (const [id, text] of texts) {
    isHungry = send(id, text) || isHungry;
  }
  for (const id of labs) isHungry = sendLab(id) || isHungry;
  isRunning = isHungry;
  if (!isHungry) return;
  const hasWorked = Tab.Step();
  for (const [id, text] of texts) send(id, text);
  // With no token through, all that is left is what ends a text: it comes with the next look.
  if (hasWorked) channel.port2.postMessage(null);
  else setTimeout(() => channel.port2.postMessage(null), 1);
}

// Sends what a text's reader wants and what is there; whether it wants more.
function send(id, text) {
  while (text.steps > 0) {
    const answer = Tab.Take(id);
    if (answer === null || answer === undefined) return true;
    text.steps--;
    const event = JSON.parse(answer);
    postMessage({ ...event, id });
    if (event.type === 'step') continue;
    texts.delete(id);
    Tab.Leave(id);
    return false;
  }
  return false;
}

// Sends what there is of an experiment; whether it goes on.
function sendLab(id) {
  for (let answer = Tab.TakeLab(id); answer; answer = Tab.TakeLab(id)) {
    const message = JSON.parse(answer);
    postMessage({ ...message, id });
    if (message.type !== 'done' && message.type !== 'error') continue;
    labs.delete(id);
    Tab.LeaveLab(id);
    return false;
  }
  return true;
}

async function open({ file, url }) {
  if (file) return file instanceof ArrayBuffer ? new Uint8Array(file) : file;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}.`);
  return new Uint8Array(await answer.arrayBuffer());
}

// A model's bytes, and their hash where the browser has one to give: only pages that came over https or from this machine may ask it. Failures come with the value.
async function opened(message) {
  try {
    const bytes = await open(message);
    const length = bytes instanceof Blob ? bytes.size : bytes.length;
    return { bytes, length, hash: self.crypto?.subtle && length <= mostHashed ? await hashed(bytes).catch(() => '') : '' };
  } catch (failure) {
    return { failure };
  }
}

// What a tab has no room for is no reason not to load: the engine takes the hash from a file piece by piece.
async function hashed(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes instanceof Blob ? await bytes.arrayBuffer() : bytes));
  return Array.from(hash.subarray(0, 8), byte => byte.toString(16).padStart(2, '0')).join('');
}

async function load(message) {
  const { bytes, length, hash, failure } = await (message.opened ?? opened(message));
  if (failure) throw failure;
  texts.clear();
  source = bytes;
  const answer = Tab.Load(message.name, length, hash, JSON.stringify(message.options ?? {}));
  source = null;
  postMessage(JSON.parse(answer));
}

async function about(message) {
  source = await open(message);
  const answer = Tab.About(message.name, source instanceof Blob ? source.size : source.length);
  source = null;
  postMessage(JSON.parse(answer));
}

function trace({ id, body, steps }) {
  const event = JSON.parse(Tab.Begin(id, JSON.stringify(body)));
  postMessage({ ...event, id });
  if (event.type === 'error') return;
  texts.set(id, { steps: steps ?? Infinity });
  wake();
}

// An experiment loads its models itself, some of them many times, from files that the runtime has in memory.
async function lab({ id, experiment, options, model, draft }) {
  for (const one of [model, draft]) {
    const which = one?.file ? `${one.file.size} ${one.file.lastModified}` : one?.url; // another file may have the same name
    if (!one || kept.get(one.name) === which) continue;
    source = await open(one);
    const answer = JSON.parse(Tab.Keep(one.name, source instanceof Blob ? source.size : source.length));
    source = null;
    if (answer.type === 'error') return postMessage({ ...answer, id });
    kept.set(one.name, which);
  }
  const event = JSON.parse(Tab.BeginLab(id, JSON.stringify({ experiment, options, model: model.name, draft: draft?.name })));
  postMessage({ ...event, id });
  if (event.type === 'error') return;
  labs.add(id);
  wake();
}

const failed = (failure, id) => postMessage({ type: 'error', id, error: { message: `${failure?.message ?? failure}`, type: 'server_error', param: null, code: 'internal-error' } });

// One message after the other: what comes while a model is loaded waits for it.
let last = Promise.resolve();
function take(data) {
  if (data.type === 'stop') {
    Tab.Stop(data.id);
    Tab.StopLab(data.id);
    if (texts.has(data.id)) texts.get(data.id).steps = Infinity;
    wake();
  } else {
    last = last.then(() => handle(data)).catch(failure => failed(failure, data.id));
  }
}

function handle(message) {
  switch (message.type) {
    case 'load':
      return load(message);
    case 'about':
      return about(message);
    case 'trace':
      return trace(message);
    case 'lab':
      return lab(message);
    case 'more':
      if (texts.has(message.id)) texts.get(message.id).steps += message.steps;
      return wake();
    default:
      throw new Error(`The engine knows no message ${message.type}.`);
  }
}

handleMessage = take;
postMessage({ type: 'ready' });
early.splice(0).forEach(take);
