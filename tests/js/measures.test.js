import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHIPS, MEASURES, measureByKey, variantsOf } from '../../static/js/data/measures.js';

const row = {
  in_scope: 200, reviewed: 150, with_phone: 190, unlocated: 20, km2: 2.5, tier: { zhongdian: 5 }, withheld: [],
};

test('it begins with the gap and tells of every measure what it means', () => {
  assert.equal(MEASURES[0].key, 'gap');
  for (const { key, definition } of MEASURES) assert.ok(definition?.endsWith('.'), key);
});

test('it counts most need for each square kilometre or each hundred households', () => {
  assert.equal(measureByKey('most_need_km2').value(row), 2);
  assert.equal(measureByKey('most_need_100').value(row), 2.5);
  assert.deepEqual(
    variantsOf(measureByKey('most_need_100')).map(({ key }) => key), ['most_need_km2', 'most_need_100'],
  );
});

test('it tells how good the list is as shares of the households in scope', () => {
  assert.equal(measureByKey('reviewed_rate').value(row), 0.75);
  assert.equal(measureByKey('with_phone_rate').value(row), 0.95);
  assert.equal(measureByKey('located_rate').value(row), 0.9);
  assert.equal(measureByKey('reviewed_rate').value({ ...row, in_scope: 0 }), null);
});

test('it keeps a withheld number back in every measure that rests on it', () => {
  const kept = { ...row, tier: { zhongdian: null }, withheld: ['tier.zhongdian'] };
  for (const key of ['most_need', 'most_need_km2', 'most_need_100']) {
    assert.equal(measureByKey(key).value(kept), null);
    assert.ok(measureByKey(key).withheld(kept));
  }
});

test('it shows chips that there are', () => {
  for (const key of CHIPS) assert.equal(measureByKey(key).key, key);
});

test('it has nothing to count where no household is in scope, except what is not a household', () => {
  const nobody = { id: 'a', in_scope: 0, gap: 0, vacancies: 2 };
  assert.ok(measureByKey('gap').empty(nobody));
  assert.ok(measureByKey('most_need_km2').empty(nobody));
  assert.deepEqual(measureByKey('gap').areas([nobody, { in_scope: 3 }]), []);
  assert.deepEqual(measureByKey('vacancies').areas([nobody]), [nobody]);
});

test('it tells of help by need what the list tells, and keeps it back with the need', () => {
  const measure = measureByKey('help_per_100');
  const given = { id: 'a', in_scope: 90, needing: 20, deeds: 3, help_per_100: 15, imbalance: true, withheld: [] };
  assert.equal(measure.value(given), 15);
  assert.match(measure.text(given), /15.* · far less than the mean$/);
  assert.equal(measure.mark({ ...given, imbalance: false }), '');
  assert.ok(measure.empty({ ...given, needing: 0, help_per_100: null }));
  const kept = { ...given, needing: null, help_per_100: null, imbalance: false, withheld: ['tier.guanzhu', 'tier.zhongdian'] };
  assert.ok(measure.withheld(kept));
  assert.ok(!measure.empty(kept));
  assert.equal(measure.value(kept), null);
  assert.equal(measureByKey('deeds').value(given), 3);
});
