import { describe, expect, it } from 'vitest';
import { addressOf, words } from '../guide/command';
import { chapterIds, chapterText, figureNames } from '../guide/plugin';
import { render, slug } from '../guide/render';

const chapters = chapterIds().map(id => render(id, chapterText(id), figureNames()));

describe('the guide', () => {
  it('has all chapters in their order, each with a title', () => {
    expect(chapters.length).toBeGreaterThanOrEqual(10);
    expect(chapters[0]!.id).toBe('README');
    expect(chapters.slice(1).map(c => Number.parseInt(c.id, 10))).toEqual(chapters.slice(1).map((_, i) => i + 1));
    expect(chapters.filter(c => c.title === '')).toEqual([]);
  });

  it('leads from chapter to chapter, and nowhere that is not there', () => {
    const ids = new Set(chapters.map(c => c.id));
    const anchors = new Set(chapters.flatMap(c => c.sections.map(s => `${c.id}/${s.id}`)));
    const links = chapters.flatMap(c => [...c.html.matchAll(/href="#view=guide&amp;chapter=([\w-]+)(?:&amp;at=([\w-]+))?"/g)]);
    expect(links.length).toBeGreaterThan(20);
    for (const [, id, at] of links) {
      expect(ids).toContain(id);
      if (at) expect(anchors).toContain(`${id}/${at}`);
    }
  });

  it('keeps to what the policy of contents allows, with every formula and figure made', () => {
    for (const { id, html } of chapters) {
      expect([id, html.match(/ style=|<script|<style|<img|\son\w+=/)]).toEqual([id, null]);
      expect([id, html.replace(/<code>[\s\S]*?<\/code>|<samp>[\s\S]*?<\/samp>|data-copy="[^"]*"/g, '').match(/\$[^$]+\$/)]).toEqual([
        id,
        null,
      ]);
    }
    expect(chapters.some(c => c.html.includes('<math'))).toBe(true);
    for (const figure of figureNames()) expect(chapters.some(c => c.html.includes(`data-figure="${figure}"`))).toBe(true);
  });

  it('opens and closes what is folded', () => {
    for (const { id, html } of chapters) {
      const count = (tag: string) => html.split(tag).length - 1;
      expect([id, count('<details>'), count('<summary>')]).toEqual([id, count('</details>'), count('</summary>')]);
      expect(html).not.toContain('&lt;details');
    }
  });

  it('shows other HTML as letters, and leads to the web only by https', () => {
    const { html } = render('x', '# X\n\n<b onclick="x()">bold</b> [a](javascript:x()) [b](../lab.md) [c](https://example.org/)\n');
    expect(html).toContain('&lt;b onclick=&quot;x()&quot;&gt;bold');
    expect(html).not.toContain('href="javascript');
    expect(html).toContain('<span title="lab.md">b</span>');
    expect(html).toContain('href="https://example.org/" rel="noopener noreferrer" target="_blank"');
  });

  it('gives each command to copy, and its output apart', () => {
    const { html } = render('x', '# X\n\n```console\n$ sandglass run "A <b>" -n 3\n one\n two\n$ sandglass plan train\n```\n');
    expect(html.split('class="guide-run"').length - 1).toBe(2);
    expect(html).toContain('data-copy="sandglass run &quot;A &lt;b&gt;&quot; -n 3"');
    expect(html).toContain('<samp> one\n two</samp>');
    expect(html.split('Open here').length - 1).toBe(1);
  });

  it('makes anchors as GitHub does', () => {
    expect(slug('Why `it` can never revise?')).toBe('why-it-can-never-revise');
  });
});

describe('a command of the guide', () => {
  it('is read as a shell would read it', () => {
    expect(words('sandglass run "Once upon" -n 8 2>&1 | tail -1')).toEqual(['sandglass', 'run', 'Once upon', '-n', '8']);
  });

  it('opens the page where the page has all of its options', () => {
    expect(addressOf('sandglass run "The king" -n 8 --temperature 0 --quiet')).toBe('#prompt=The+king&max_tokens=8&temperature=0');
    expect(addressOf('sandglass run "The king" --beams 4')).toBeNull();
    expect(addressOf('sandglass plan memory --model llama-3-8b')).toBeNull();
    expect(addressOf('sandglass lab scale --lengths 8,64')).toBeNull();
    expect(addressOf('sandglass lab temperature "The king" --n 8 --plot a.svg --temperatures 0,1')).toBe(
      '#view=lab&lab=temperature&prompt=The+king&n=8&temperatures=0%2C1',
    );
  });
});
