/**
 * A key that makes sending twice one application. It needs to be unlike any other,
 * not secret.
 */
function fresh() {
  const hex = () => Math.floor(Math.random() * 16).toString(16);
  return 'xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx'.replace(/x/g, hex);
}

module.exports = { fresh };
