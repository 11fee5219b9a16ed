// Draws the last hour of a server. What there is to draw is in the page: a section for each plot, in it an item for each series.
'use strict';

const step = 5000; // ms between two looks at the server
const hour = 3600;

const sections = [...document.querySelectorAll('section')];
const byId = id => document.getElementById(id);
const colour = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name);
const clock = seconds => new Date(seconds * 1000).toLocaleTimeString('en-GB');
const compact = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3});

let shown = {series: [], samples: [], now: Date.now() / 1000}; // what the server told last
let heard; // when

// number has three digits that matter, or all before the point.
function number(value) {
  if (value == null) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number((Math.round(value * 1000) / 1000).toPrecision(3)));
}

function column(series) {
  const at = shown.series.indexOf(series) + 1;
  return shown.samples.map(sample => at > 0 ? sample[at] : null);
}

// Card is a section, and the plot in it.
class Card {
  constructor(section) {
    this.unit = section.dataset.unit;
    this.divisor = Number(section.dataset.divisor);
    this.items = [...section.querySelectorAll('li')];
    this.place = section.querySelector('.plot');
    this.plot = new uPlot(this.options(), this.data(), this.place);
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.place);
  }

  size() { return {width: this.place.clientWidth, height: this.place.clientHeight}; }

  data() {
    const scaled = series => column(series).map(v => v == null ? null : v / this.divisor);
    return [shown.samples.map(sample => sample[0]), ...this.items.map(item => scaled(item.dataset.series))];
  }

  options() {
    const axis = {stroke: () => colour('muted'), grid: {stroke: () => colour('grid'), width: 1}, ticks: {show: false}, font: '12px system-ui, sans-serif'};
    return {
      ...this.size(),
      padding: [8, 12, 0, 0],
      legend: {show: false},
      cursor: {y: false, drag: {x: false, y: false}, sync: {key: 'hour'}, points: {size: 7}},
      scales: {
        x: {range: () => [shown.now - hour, shown.now]},
        y: {range: (_, low, high) => [0, high > 0 ? high * 1.15 : 1]},
      },
      axes: [
        {...axis, size: 26, space: 60, values: (_, times) => times.map(t => clock(t).slice(0, 5))},
        {...axis, size: 68, space: 28, values: (_, values) => values.map(v => this.withUnit(v))},
      ],
      series: [{}, ...this.items.map((_, i) => ({stroke: () => colour('line' + (i + 1)), width: 2, points: {show: false}}))],
      hooks: {drawClear: [shadeOutages], setCursor: [plot => point(plot.cursor.idx)]},
    };
  }

  // withUnit is a number at the axis, which has no room for more.
  withUnit(value) {
    const space = this.unit.startsWith('/') ? '' : ' ';
    return compact.format(value) + (this.unit && space + this.unit);
  }

  draw() { this.plot.setData(this.data()); }

  // tell shows the values of one sample.
  tell(sample) {
    for (const item of this.items) {
      const value = column(item.dataset.series)[sample];
      item.querySelector('b').textContent = number(value == null ? null : value / this.divisor);
    }
  }
}

// shadeOutages marks where the store has failed.
function shadeOutages(plot) {
  const store = column('store_ok');
  plot.ctx.fillStyle = colour('outage');
  store.forEach((ok, i) => {
    if (ok !== 0) return;
    const end = shown.samples[i][0];
    const [left, right] = [end - shown.step, end].map(at => Math.max(plot.bbox.left, plot.valToPos(at, 'x', true)));
    plot.ctx.fillRect(left, plot.bbox.top, right - left, plot.bbox.height);
  });
}

// point shows the values below the cursor, or the last ones if it is nowhere.
function point(sample) {
  const last = shown.samples.length - 1;
  const at = sample == null ? last : sample;
  document.body.classList.toggle('pointing', sample != null);
  byId('time').textContent = clock(at === last || at < 0 ? shown.now : shown.samples[at][0]);
  cards.forEach(card => card.tell(at));
}

// outageBegan is when the store began to fail; undefined if it works.
function outageBegan() {
  const store = column('store_ok');
  let began;
  for (let i = store.length - 1; i >= 0 && store[i] === 0; i--) began = shown.samples[i][0];
  return began;
}

function warn(text) {
  const banner = byId('banner');
  banner.hidden = !text;
  if (banner.textContent !== text) banner.textContent = text; // or else it would be read aloud again
}

function tellState(text, bad) {
  const state = byId('state');
  state.textContent = text;
  state.toggleAttribute('bad', bad);
}

function tellHeader() {
  const began = outageBegan();
  if (shown.samples.length === 0) tellState('No values yet: the first come within seconds', false);
  else tellState(began === undefined ? 'The store works' : 'The store fails', began !== undefined);
  warn(began === undefined ? '' : `The store has failed since ${clock(began)}. Nothing can be said meanwhile. The log says why.`);
  byId('version').textContent = shown.version;
  byId('up').textContent = up();
}

function up() {
  if (shown.samples.length === 0) return 'Started just now';
  const minutes = Math.floor((shown.now - shown.samples[0][0]) / 60);
  return minutes >= 59 ? 'Up for an hour or more' : `Up for ${minutes} min`;
}

async function look() {
  try {
    const answer = await fetch('history.json', {cache: 'no-store', signal: AbortSignal.timeout(step)});
    if (!answer.ok) throw new Error(answer.statusText);
    shown = await answer.json();
    heard = Date.now() / 1000;
    document.body.classList.remove('stale');
    tellHeader();
    cards.forEach(card => card.draw());
    if (!document.body.classList.contains('pointing')) point(null);
  } catch {
    document.body.classList.add('stale');
    tellState('The server does not answer', true);
    warn(heard ? `The server has not answered since ${clock(heard)}. What is shown here is old.` : 'The server does not answer.');
  }
  setTimeout(look, step);
}

document.documentElement.classList.add('live');
const cards = sections.map(section => new Card(section));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => cards.forEach(card => card.plot.redraw()));
look();
