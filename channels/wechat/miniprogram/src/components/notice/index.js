/** One thing to know. Its colour is never alone: the words say it too. */
Component({
  properties: {
    kind: { type: String, value: 'plain' }, // plain, ok, wait, wrong
    say: { type: String, value: '' },
  },
});
