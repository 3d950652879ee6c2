import { type Box, type Picture, sizes } from './picture';

/** Colours of the theme that is shown, as the page's style sheet has them. */
export interface Colours {
  ink: string;
  raised: string;
  line: string;
  text: string;
  soft: string;
  sand: string;
  glass: string;
  shared: string;
}

const names: Record<keyof Colours, string> = {
  ink: '--ink',
  raised: '--ink-3',
  line: '--line',
  text: '--text',
  soft: '--soft',
  sand: '--sand',
  glass: '--glass',
  shared: '--shared',
};

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, style.getPropertyValue(name).trim()])) as unknown as Colours;
}

/**
 * A picture as a file of SVG that stands alone: attributes alone say how it looks, fonts are whatever a viewer has for serif and sans-serif, and each text is as wide
 * as its box whichever they are.
 */
export function svgFile(picture: Picture, colours: Colours, about: string): string {
  const { width, height, boxes, bars } = picture;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(about)}</title>`,
    `<rect width="${width}" height="${height}" fill="${colours.ink}"/>`,
    ...bars.map(
      bar => `<path d="M${n(bar.x)} ${n(bar.from)}V${n(bar.to)}" stroke="${colours.glass}" stroke-width="2" stroke-opacity="0.55"/>`,
    ),
    ...boxes.map(box => drawn(box, colours)),
    '</svg>\n',
  ].join('\n');
}

function drawn(box: Box, c: Colours): string {
  const id = box.id ? ` id="${box.id}"` : '';
  const title = box.title ? `<title>${escaped(box.title)}</title>` : '';
  if (box.look === 'alternative') return `<g${id}>${title}${alternative(box, c)}</g>`;
  if (box.look === 'token' || box.look === 'forced') return `<g${id}>${title}${token(box, c)}</g>`;
  const size = box.look === 'prompt' ? sizes.text : sizes.small;
  const family = box.look === 'prompt' ? 'serif' : 'sans-serif';
  return `<g${id}>${words(box.text, box.x, box.y + size + 4, box.width, size, family, c.soft)}</g>`;
}

function token(box: Box, c: Colours): string {
  const [top, height] = [box.y + 1, 27];
  const sand = height * Math.min(1, Math.max(0, box.sand));
  const isForced = box.look === 'forced';
  return [
    `<rect x="${n(box.x)}" y="${n(top + height - sand)}" width="${n(box.width)}" height="${n(sand)}" fill="${c.sand}" fill-opacity="0.3"/>`,
    `<path d="M${n(box.x + 0.5)} ${n(top)}v${height}" stroke="${c.glass}" stroke-opacity="0.3"/>`,
    isForced ? `<path d="M${n(box.x)} ${n(top + height)}h${n(box.width)}" stroke="${c.shared}" stroke-width="2"/>` : '',
    box.isChosen
      ? `<rect x="${n(box.x - 2)}" y="${n(top - 2)}" width="${n(box.width + 4)}" height="${height + 4}" rx="3" fill="none" stroke="${c.sand}" stroke-width="2"/>`
      : '',
    words(box.text, box.x, box.y + sizes.text + 2, box.width, sizes.text, 'serif', c.text, isForced ? ' font-style="italic"' : ''),
  ].join('');
}

function alternative(box: Box, c: Colours): string {
  const [height, x, y] = [36, box.x + 6, box.y + 5];
  const sand = 26 * Math.min(1, Math.max(0, box.sand));
  return [
    `<rect x="${n(box.x)}" y="${n(box.y)}" width="${n(box.width)}" height="${height}" rx="8" fill="${c.raised}" stroke="${c.line}"/>`,
    `<rect x="${n(x)}" y="${n(y + 26 - sand)}" width="18" height="${n(sand)}" fill="${c.sand}"/>`,
    `<path d="M${n(x)} ${n(y)}v26h18v-26" fill="none" stroke="${c.glass}" stroke-width="1.5"/>`,
    words(box.text, box.x + 30, box.y + 22, box.width - 38, sizes.small, 'sans-serif', c.text),
  ].join('');
}

function words(text: string, x: number, y: number, width: number, size: number, family: string, fill: string, more = ''): string {
  if (text === '') return '';
  const fit = width > 0 ? ` textLength="${n(width)}" lengthAdjust="spacingAndGlyphs"` : '';
  return `<text x="${n(x)}" y="${n(y)}" font-family="${family}" font-size="${size}" fill="${fill}"${fit}${more}>${escaped(text.replaceAll(' ', '\u00a0'))}</text>`;
}

function n(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** As XML takes it: what no XML file may hold is shown as unknown. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
