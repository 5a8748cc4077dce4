/**
 * What the card said already and the person has put right: nobody is asked for it
 * anew, it stands in the box to go on with.
 */
const BY_REF = /** @type {Record<string, 'name'|'number'>} */ ({ 'form/applicant.name': 'name', 'form/applicant.id_number': 'number' });

/**
 * @param {{ref: string}} step
 * @param {{name: string, number: string, from: string}|undefined} card
 * @returns {{value: string, from: string}|null}
 */
function known(step, card) {
  const field = BY_REF[step.ref];
  return field && card && card[field] ? { value: card[field], from: card.from } : null;
}

module.exports = { known };
