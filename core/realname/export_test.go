package realname

// ReadTencent lets the fuzz target reach the reader of foreign bodies.
var ReadTencent = readTencent
