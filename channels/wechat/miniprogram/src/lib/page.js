/**
 * What every page shares: its type size, large type at a tap, and acts that cannot be
 * tapped twice and say in words what went wrong.
 */
const care = require('./care');
const { Fault } = require('./fault');

module.exports = Behavior({
  data: { rfs: 18, care: false, busy: false, fault: '' },

  lifetimes: {
    attached() {
      this.size();
    },
  },

  pageLifetimes: {
    show() {
      this.size(); // another page may have changed it
    },
  },

  methods: {
    size() {
      this.setData({ rfs: care.rootSize(), care: care.on() });
    },

    onCare() {
      care.turn(!care.on());
      this.size();
    },

    /**
     * @param {() => Promise<any>} act
     * @returns {Promise<any>}
     */
    async doing(act) {
      if (this.data.busy) return undefined;
      this.setData({ busy: true, fault: '' });
      try {
        return await act();
      } catch (fault) {
        this.setData({ fault: say(fault) });
        return undefined;
      } finally {
        this.setData({ busy: false });
      }
    },
  },
});

/** @param {any} fault */
function say(fault) {
  return fault instanceof Fault ? fault.message : '没成,您填的都在。请再点一次,或者打 12345。';
}
