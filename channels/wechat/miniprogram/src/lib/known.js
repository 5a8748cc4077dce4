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

/**
 * The card without what has been answered: the phone keeps no number longer than it
 * is needed.
 * @param {{ref: string}} step
 * @param {any} card
 */
function spent(step, card) {
  const field = BY_REF[step.ref];
  if (!field || !card) return card;
  const rest = { ...card, [field]: '' };
  return rest.name || rest.number ? rest : undefined;
}

module.exports = { known, spent };
