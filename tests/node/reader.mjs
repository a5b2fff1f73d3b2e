// golden.json -> the same fields, read from the bytes by a program that was written from SPEC.md alone: `node reader.mjs FILE`.
// It prints how many vectors it read; each that it reads differently is a line on stderr, and the exit code is then 1.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { decode, decodeMulti } from "@msgpack/msgpack";
import { decompress } from "fzstd";

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (array) => Buffer.from(array).toString("hex");
const need = (truth, why) => { if (!truth) throw new Error(why); return true; };
const refused = (read) => { try { read(); return false; } catch { return true; } };

// Bodies are read with their text as bytes: the library itself would take what is not UTF-8 for text.
const raw = { rawStrings: true };
const spelled = (v) => v instanceof Uint8Array ? utf8.decode(v) : Array.isArray(v) ? v.map(spelled) : v;

// Types of fields, proto-3.7 and 3.8; a `?` behind one lets nil stand there.
const whole = (v) => need(Number.isInteger(v), "not a whole number") && v;
const utf8 = new TextDecoder("utf-8", { fatal: true });
const text = (v) => need(v instanceof Uint8Array, "not text") && utf8.decode(v);
const bool = (v) => { need(typeof v === "boolean", "not true or false"); return v; };
const epoch = (v) => need(v instanceof Uint8Array && v.length === 8, "not an epoch") && hex(v);
const link = (v) => need(v instanceof Uint8Array && v.length === 16, "not a link") && hex(v);
const clock = (v) => { need(whole(v) === v && v >= 0 && v <= 3, "no clock quality"); return v; };
const pairs = (first, second = whole) => (v) => v.map(([a, b]) => [first(a), second(b)]);
const place = (v) => {
  need(Array.isArray(v) && v.length === 3 && v.every(Number.isInteger), "not a place");
  need(Math.abs(v[0]) <= 90e6 && Math.abs(v[1]) <= 180e6 && v[2] >= 0, "outside the map");
  return v;
};
const TYPES = { whole, text, bool, epoch, clock, place, link, texts: pairs(text, text), names: pairs(text), lanes: pairs(whole) };

// proto-3.6: kind -> its fields in order; with `=false` for what is false when it is left out (proto-3.9).
const KINDS = Object.fromEntries(Object.entries({
  0: "parent:epoch? lasts:lanes? version:text salvaged:bool=false",
  1: "camera:text vrm:text track:whole confidence_permille:whole? place:place? camera_at_s:whole? country:text?",
  2: "read:whole? alert:whole camera:text vrm:text track:whole list:text priority:whole? action:text? reason:text?"
    + " list_age_s:whole? signed:bool=false place:place? found:text? shown:text? mismatch:text?",
  3: "place:place speed_cmps:whole? heading_cdeg:whole? gnss_ms:whole?",
  4: "was:clock was_offset_ms:whole?",
  5: "figures:names",
  6: "lane:whole count:whole reason:text epoch:epoch? first:whole? last:whole?",
  7: "name:text detail:text",
  8: "alert:whole step:text reason:text? officer:text? epoch:epoch? note:whole?",
  9: "link:link? deed:text vrm:text officer:text? reason:text? until_s:whole?",
  10: "link:link? number:whole officer:text force:text? what:text asked:text reason:text case:text? place:place?"
    + " source:text? age_s:whole? found:whole?",
  11: "link:link? officer:text step:text seat:text? reason:text? place:place?",
  12: "link:link? shift:epoch step:text officers:texts place:place?",
  13: "link:link? officer:text? what:text was:text? now:text?",
  14: "set:text version:whole box:whole arrived_ms:whole dwell_s:whole credit_s:whole lat_e6:whole lon_e6:whole"
    + " model:epoch? left_ms:whole?",
}).map(([kind, line]) => [kind, line.split(" ").map((part) => part.match(/^(\w+):([a-z]+)(\??)(=false)?$/).slice(1))]));

function body(array) {
  need(Array.isArray(array) && array.length >= 4, "not an event");
  const [kind, uptime_ms, utc_offset_ms, quality, ...rest] = array;
  need(whole(kind) >= 0 && whole(uptime_ms) >= 0 && uptime_ms <= 253402300799999, "no moment");
  need(utc_offset_ms === null || uptime_ms + whole(utc_offset_ms) <= 253402300799999, "no moment");
  const fields = { kind, uptime_ms, utc_offset_ms, clock: clock(quality) };
  const known = KINDS[kind] ?? [];
  for (const [name, type, nil, otherwise] of known) {
    const value = rest.length ? rest.shift() : otherwise ? false : nil ? null : need(false, "fields missing");
    fields[name] = nil && value === null ? null : TYPES[type](value);
  }
  return { ...fields, more: rest.map(spelled) };
}

function batch(message) {
  const [version, born, boot, lane, first, last, flags, absent, payload] = decode(message);
  need(version === 1 && lane >= 0 && lane <= 5 && first >= 1 && first <= last, "not a batch");
  const gaps = two(absent ?? []);
  const plain = flags & 2 ? decompress(payload) : payload;
  const events = [...decodeMulti(plain, raw)];
  const dropped = gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  need(events.length === last - first + 1 - dropped, "events miscounted");
  return { epoch: epoch(born), boot: epoch(boot), lane, first, last, absent: gaps, backlog: Boolean(flags & 1), plain, events };
}

const two = (flat) => Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]]);

function receipt(message) {
  const [version, lanes] = decode(message);
  need(version === 1, "unknown version");
  return lanes.map(([of, lane, ranges]) => {
    need(ranges.length % 2 === 0 && two(ranges).every(([from, to]) => 1 <= from && from <= to), "ranges invalid");
    return { epoch: epoch(of), lane, ranges };
  });
}

const MESSAGES = {
  receipt, again: receipt, held: receipt,
  refused: (message) => {
    const [, of, lane, first, last, reason] = decode(message);
    return { epoch: epoch(of), lane, first, last, reason };
  },
  hello: (message) => hex(decode(message)[1]),
  want: (message) => decode(message)[1],
  ask: (message) => {
    const [, id, what, asked, officer, force, reason, by] = decode(message);
    return { id: epoch(id), what, asked, officer, force, reason, case: by };
  },
  head: (message) => decode(message)[1].map(([of, last, by]) => ({ epoch: epoch(of), last, link: link(by) })),
  answer: (message) => {
    const [, id, outcome, as_of_ms, found, result] = decode(message);
    return { id: epoch(id), outcome, as_of_ms, found, result };
  },
  confirm: (message) => {
    const [, of, alert, list, version, key, id] = decode(message);
    return { epoch: epoch(of), alert, list, version, key, id };
  },
  confirmed: (message) => {
    const [, of, alert, state, as_of_ms, version, made_ms, since_ms] = decode(message);
    return { epoch: epoch(of), alert, state: ["stands", "changed", "weeded", "unknown"][state], as_of_ms, version, made_ms, since_ms };
  },
  note: (message) => {
    const [, number, of, alert, made_ms, words] = decode(message);
    return { number, epoch: epoch(of), alert, made_ms, text: words };
  },
  dosage: (message) => {
    const [version, set, doses] = decode(message);
    need(version === 1 && doses.every((dose) => dose.length === 4 && dose.every(Number.isInteger)), "not a dosage");
    return { set, doses };
  },
};

// proto-6.1 to 6.5
const SPELLED = { Ä: "AE", Ö: "OE", Ü: "UE", Æ: "AE", Œ: "OE", ẞ: "SS", Ø: "O", Đ: "D", Ð: "D", Ł: "L" };
function plate(vrm) {
  const letters = [...vrm.toUpperCase().normalize("NFC")].map((c) => SPELLED[c] ?? c.normalize("NFD").replace(/\p{M}/gu, ""));
  const key = letters.join("").replace(/[ \t\u00a0\u202f\-._/:'’·•\u2010-\u2014]/g, "").replaceAll("O", "0").replaceAll("I", "1");
  if (!/^[0-9A-Z]+$/.test(key)) return { vrm, key: null, packed: null };
  const digit = (c) => BigInt("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(c) + 1);
  return { vrm, key, packed: key.length > 12 ? null : String([...key].reduce((sum, c) => sum * 37n + digit(c), 0n)) };
}

function sameBatch({ fields: { bodies, ...said }, hex: message }) {
  const { plain, events, ...read } = batch(bytes(message));
  return isDeepStrictEqual(read, said) && hex(plain) === bodies.join("")
    && events.every((event, at) => isDeepStrictEqual(body(event), body(decode(bytes(bodies[at]), raw))));
}

const READERS = { body: (message) => body(decode(message, raw)), batch, receipt };
const CHECKS = {
  bodies: (vector) => isDeepStrictEqual(body(decode(bytes(vector.hex), raw)), vector.fields),
  batches: sameBatch,
  messages: (vector) => isDeepStrictEqual(MESSAGES[vector.name](bytes(vector.hex)), vector.fields),
  plates: (vector) => isDeepStrictEqual(plate(vector.vrm), vector),
  "none of this language": (vector) => refused(() => READERS[vector.as](bytes(vector.hex))),
};

let good = 0;
for (const [part, vectors] of Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")))) {
  for (const vector of vectors) {
    let verdict;
    try { verdict = CHECKS[part](vector) || "read differently"; } catch (error) { verdict = error.message; }
    if (verdict === true) good += 1;
    else { process.exitCode = 1; console.error(`${part}: ${vector.name ?? vector.vrm}: ${verdict}`); }
  }
}
console.log(good);
