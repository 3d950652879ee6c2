// Run by Sandglass.Server's build: installs what the page's build needs where it is not there, and builds it. Ends with 0 where there is a page to embed; otherwise
// with 1 and one line that says why not.
//   node embed.js [SECONDS]   how long installing may take; without it as long as it does
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

process.chdir(import.meta.dirname ?? new URL('.', import.meta.url).pathname);
const seconds = Number(process.argv[2] ?? 0);
const list = 'node_modules/.package-lock.json'; // which npm writes last

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) leave(`it needs Node.js 20.19 or newer, found ${process.versions.node}.`);
if (!isInstalled()) {
  // what a person has installed is not taken away within a bounded time, which may end before the new packages are there
  if (seconds > 0 && existsSync(list)) leave('its packages are not those of package-lock.json. Run `npm ci` in web/, then build again.');
  // what checks and tests the page comes by `npm ci`; to build it less is needed
  const less = existsSync('node_modules/vitest') ? [] : ['--omit=dev'];
  const timeout = seconds > 0 ? seconds * 1000 : undefined;
  const done = npm(['ci', ...less, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], timeout);
  if (done.error?.code === 'ETIMEDOUT') leave(`its packages were not there within ${seconds} s. Run \`npm ci\` in web/, then build again.`);
  if (done.status !== 0) leave('its packages cannot be had: `npm ci` in web/ says why.');
}
const built = npm(['run', 'build', '--silent']);
if (built.status !== 0) {
  process.stderr.write(built.stdout + built.stderr);
  leave('it does not build: `npm run build` in web/ says why.');
}

function npm(words, timeout) {
  return spawnSync('npm', words, { timeout, encoding: 'utf8', killSignal: 'SIGKILL', shell: process.platform === 'win32' });
}

/** Whether the packages of the lock file are there, those for checks and tests and for other machines aside. */
function isInstalled() {
  if (!existsSync(list)) return false;
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const there = JSON.parse(readFileSync(list, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, dev, optional, peer }]) =>
      path === '' || dev || optional || peer || (there[path]?.version === version && existsSync(`${path}/package.json`)),
  );
}

function leave(why) {
  console.log(`Without the page: ${why}`);
  process.exit(1);
}
