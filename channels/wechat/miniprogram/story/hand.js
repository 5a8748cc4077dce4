// What the phone asks of a person who sits at it, where a test would have set it before:
// a photo from a folder, a day. Only with "hand" in the page's address.
export const byHand = new URLSearchParams(location.search).has('hand');

/** @param {Partial<HTMLInputElement>} of @returns {Promise<HTMLInputElement>} */
function asked(of) {
  const field = Object.assign(document.createElement('input'), of);
  field.className = 'story-asked';
  document.body.append(field);
  return new Promise((resolve, reject) => {
    field.addEventListener('change', () => resolve(field));
    field.addEventListener('cancel', () => reject(new Error('cancel')));
    if (field.type === 'date') field.showPicker();
    else field.click();
  }).finally(() => field.remove());
}

/** @returns {Promise<Blob>} */
export const photo = () => asked({ type: 'file', accept: 'image/*' }).then((field) => field.files[0]);

/** @returns {Promise<string>} such as 2026-11-28 */
export const day = () => asked({ type: 'date' }).then((field) => field.value);
