import type { Example } from './data.js';
import { pick, seededRandom } from './random.js';

/**
 * Our own generated phrases, for kinds of product feedback that are rare in public data sets: negation, hedges, plain
 * facts, support questions, comparatives. Targets are soft: negative, neutral, positive.
 */
const THINGS = (
  'the app,this app,the update,the new version,the service,the delivery,the food,the product,the phone,the battery,the screen,' +
  'the camera,the website,the checkout,the support team,customer service,the staff,the room,the hotel,the book,the film,the game,' +
  'the course,the price,the quality,the interface,the search,the keyboard,the sound,the packaging,it,this,everything,the whole thing'
).split(',');
const GOOD = (
  'great,excellent,amazing,wonderful,fantastic,perfect,lovely,awesome,brilliant,superb,very good,really good,fast,reliable,' +
  'easy to use,helpful,beautiful,impressive,delightful,outstanding'
).split(',');
const BAD = (
  'terrible,awful,horrible,bad,very bad,really bad,useless,slow,broken,buggy,disappointing,ugly,confusing,annoying,unreliable,' +
  'overpriced,rude,dreadful,a mess,a waste of money'
).split(',');
const MEH = 'okay,ok,fine,average,so-so,acceptable,nothing special,decent enough,all right,neither good nor bad'.split(
  ',',
);
const DAYS = 'Monday,Tuesday,Wednesday,Thursday,Friday,today,tomorrow,next week,this afternoon,in the morning'.split(
  ',',
);
const HOURS = '9am,10am,noon,2pm,3pm,4:30,half past five,18:00'.split(',');
const FACTS =
  'meeting,train,office,store,report,appointment,package,course,interview,call,invoice,flight,shipment,conference,lunch,shift'.split(
    ',',
  );
const GOOD_VERBS = 'love,like,enjoy,recommend,adore,appreciate'.split(',');
const BAD_VERBS = 'hate,dislike,regret buying,cannot stand,despise'.split(',');

type Fill = (random: () => number) => string;
const thing: Fill = (random) => pick(THINGS, random);

interface Template {
  target: [number, number, number];
  make: Fill;
}

const sentence = (target: Template['target'], make: Fill): Template => ({ target, make });

const TEMPLATES: Template[] = [
  sentence([0.02, 0.04, 0.94], (r) => `${thing(r)} is ${pick(GOOD, r)}`),
  sentence([0.94, 0.04, 0.02], (r) => `${thing(r)} is ${pick(BAD, r)}`),
  sentence([0.08, 0.84, 0.08], (r) => `${thing(r)} is ${pick(MEH, r)}`),
  sentence([0.86, 0.11, 0.03], (r) => `${thing(r)} is not ${pick(GOOD, r)}`),
  sentence([0.84, 0.12, 0.04], (r) => `${thing(r)} isn't ${pick(GOOD, r)} at all`),
  sentence([0.06, 0.26, 0.68], (r) => `not ${pick(['bad', 'bad at all', 'terrible', 'half bad'], r)}`),
  sentence(
    [0.07, 0.3, 0.63],
    (r) => `${thing(r)} is not ${pick(['bad', 'bad at all', 'half bad', 'terrible at all'], r)}`,
  ),
  sentence([0.03, 0.07, 0.9], (r) => `I ${pick(GOOD_VERBS, r)} ${thing(r)}`),
  sentence([0.93, 0.05, 0.02], (r) => `I ${pick(BAD_VERBS, r)} ${thing(r)}`),
  sentence([0.87, 0.1, 0.03], (r) => `I don't ${pick(GOOD_VERBS, r)} ${thing(r)}`),
  sentence([0.05, 0.25, 0.7], (r) => `I don't ${pick(['hate', 'dislike', 'regret'], r)} ${thing(r)}, it grew on me`),
  sentence([0.88, 0.09, 0.03], (r) => `I would not recommend ${thing(r)}`),
  sentence(
    [0.02, 0.06, 0.92],
    (r) => `I would definitely recommend ${thing(r)} to ${pick(['anyone', 'a friend', 'everyone'], r)}`,
  ),
  sentence(
    [0.02, 0.96, 0.02],
    (r) => `The ${pick(FACTS, r)} is at ${pick(HOURS, r)} ${pick(['on ', ''], r)}${pick(DAYS, r)}`,
  ),
  sentence(
    [0.02, 0.96, 0.02],
    (r) => `The ${pick(FACTS, r)} ${pick(['starts', 'opens', 'leaves', 'ends', 'closes'], r)} at ${pick(HOURS, r)}`,
  ),
  sentence(
    [0.02, 0.96, 0.02],
    (r) =>
      `Please ${pick(['send', 'forward', 'print', 'file', 'review'], r)} the ${pick(FACTS, r)} ${pick(['details', 'notes', 'list', 'form'], r)} by ${pick(DAYS, r)}`,
  ),
  sentence([0.03, 0.94, 0.03], (r) => `My ${pick(FACTS, r)} number is ${Math.floor(r() * 90000)}`),
  sentence(
    [0.02, 0.95, 0.03],
    (r) =>
      `The box contains ${pick(['a', 'one', 'two', 'three'], r)} ${pick(['cables', 'cable and a manual', 'books', 'batteries', 'chargers'], r)}`,
  ),
  sentence(
    [0.03, 0.94, 0.03],
    (r) =>
      `It ${pick(['comes in', 'is available in', 'was painted'], r)} ${pick(['black', 'white', 'blue', 'three sizes', 'two colours'], r)}`,
  ),
  sentence(
    [0.03, 0.95, 0.02],
    (r) =>
      `How do I ${pick(['change', 'reset', 'update', 'find', 'export', 'cancel', 'delete'], r)} my ${pick(['password', 'address', 'order', 'account', 'invoice', 'settings', 'data'], r)}?`,
  ),
  sentence(
    [0.04, 0.93, 0.03],
    (r) =>
      `${pick(['Where', 'When', 'How'], r)} can I ${pick(['find', 'download', 'see', 'get', 'buy'], r)} ${thing(r)}?`,
  ),
  sentence(
    [0.04, 0.93, 0.03],
    (r) =>
      `Does ${thing(r)} ${pick(['work with', 'support', 'come with', 'need'], r)} ${pick(['Windows', 'Linux', 'a charger', 'an account', 'wifi', 'subtitles'], r)}?`,
  ),
  sentence(
    [0.62, 0.33, 0.05],
    (r) =>
      `Why ${pick(["can't I", "doesn't it let me", 'am I not able to'], r)} ${pick(['log in', 'save', 'upload a file', 'pay', 'open it'], r)}?`,
  ),
  sentence(
    [0.8, 0.17, 0.03],
    (r) =>
      `${thing(r)} ${pick(['keeps crashing', 'crashes every time', 'stopped working', "doesn't work", 'freezes', 'never arrived', 'fails to load', "won't start"], r)}`,
  ),
  sentence(
    [0.06, 0.3, 0.64],
    (r) => `${thing(r)} ${pick(['works', 'works now', 'works fine', 'arrived on time', 'does what it says'], r)}`,
  ),
  sentence(
    [0.03, 0.1, 0.87],
    (r) =>
      `${thing(r)} is ${pick(['better', 'faster', 'nicer', 'much better', 'far better'], r)} than ${pick(['before', 'expected', 'the old one', 'the last version', 'I thought'], r)}`,
  ),
  sentence(
    [0.87, 0.1, 0.03],
    (r) =>
      `${thing(r)} is ${pick(['worse', 'slower', 'uglier', 'much worse', 'far worse'], r)} than ${pick(['before', 'expected', 'the old one', 'the last version', 'I thought'], r)}`,
  ),
  sentence([0.78, 0.17, 0.05], (r) => `${thing(r)} could be ${pick(['better', 'faster', 'easier', 'clearer'], r)}`),
  sentence([0.72, 0.18, 0.1], (r) => `I expected ${pick(['more', 'better', 'something better', 'more from it'], r)}`),
  sentence(
    [0.08, 0.2, 0.72],
    (r) =>
      `${thing(r)} ${pick(['could not be better', "couldn't be easier", 'never disappoints', 'never lets me down'], r)}`,
  ),
  sentence([0.42, 0.3, 0.28], (r) => `${thing(r)} is ${pick(GOOD, r)} but ${thing(r)} is ${pick(BAD, r)}`),
  sentence([0.3, 0.3, 0.4], (r) => `${thing(r)} is ${pick(BAD, r)} but ${thing(r)} is ${pick(GOOD, r)}`),
  sentence(
    [0.02, 0.06, 0.92],
    (r) =>
      `${pick(['Thanks', 'Thank you', 'Many thanks'], r)}${pick(['', ' so much', ' a lot'], r)}${pick(['!', ', problem solved', ', that helped', '.'], r)}`,
  ),
  sentence(
    [0.9, 0.08, 0.02],
    (r) =>
      `${pick(['I want my money back', 'I want a refund', 'never again', 'complete waste of time', 'still waiting for an answer', 'nobody answers my mails'], r)}${pick(['', '!', '.', '!!'], r)}`,
  ),
  sentence(
    [0.1, 0.82, 0.08],
    (r) =>
      `I ${pick(['bought', 'ordered', 'installed', 'returned', 'received', 'opened'], r)} ${thing(r)} ${pick(['yesterday', 'last week', 'on Monday', 'in May', 'two days ago'], r)}`,
  ),
  sentence([0.12, 0.62, 0.26], (r) => `I guess ${thing(r)} is ${pick(['okay', 'fine', 'good enough', 'usable'], r)}`),
  sentence(
    [0.03, 0.03, 0.94],
    (r) =>
      `${pick(['😍', '😊', '❤️', '👍', '🎉', '🥰'], r)}${pick([' ', ' wow ', ' yes '], r)}${pick(['', '!', thing(r)], r)}`,
  ),
  sentence(
    [0.93, 0.05, 0.02],
    (r) =>
      `${pick(['😡', '😠', '👎', '🤮', '😤', '💩'], r)}${pick([' ', ' no ', ' ugh '], r)}${pick(['', '!', thing(r)], r)}`,
  ),
];

/** Returns `count` phrases, the same ones for the same seed. */
export function ownPhrases(count: number, seed: number): Example[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const template = TEMPLATES[i % TEMPLATES.length]!;
    const text = template.make(random);
    const label = template.target.indexOf(Math.max(...template.target));
    const shown = random() < 0.5 ? text.charAt(0).toUpperCase() + text.slice(1) : text;
    const end = /[!?.]$/u.test(shown) || random() < 0.5 ? '' : pick(['.', '.', '!'], random);
    return { text: shown + end, label, target: [...template.target], source: 'own', split: 'train' };
  });
}
