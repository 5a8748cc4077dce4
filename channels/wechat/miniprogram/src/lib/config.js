/**
 * Where the city answers. The one file a deployment changes: the gateway must also
 * stand in the console's lists of request and uploadFile domains.
 */
module.exports = {
  gateway: 'https://qiuzhu.dezhou.example/c/wechat',
  hotline: '12345',
  faraway: '0534-12345',
};
