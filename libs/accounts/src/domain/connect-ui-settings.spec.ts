import { expect, it } from 'vitest';
import { connectUiOf, mergeConnectUi } from './connect-ui-settings.js';

const blue = { primary: '#00B2E3' };
const red = { primary: '#ff0000' };

it('has a look of its own where nothing was set', () => {
  expect(connectUiOf({})).toEqual({ theme: { light: blue, dark: blue }, defaultTheme: 'system', showWatermark: true });
});

it('changes part by part', () => {
  const first = mergeConnectUi({}, { theme: { light: red }, showWatermark: false });
  expect(connectUiOf(first)).toEqual({ theme: { light: red, dark: blue }, defaultTheme: 'system', showWatermark: false });
  const second = mergeConnectUi(first, { theme: { dark: red }, defaultTheme: 'dark' });
  expect(connectUiOf(second)).toEqual({ theme: { light: red, dark: red }, defaultTheme: 'dark', showWatermark: false });
});
