// Package idcard reads what stands on a photo of an identity card (居民身份证), for the
// person to look at and put right.
//
// Who reads is behind one interface: WeChat's service, tesseract on this machine, or
// nobody, and then people type. What was read is never an answer by itself: a number is
// offered only when its check digit fits, nothing that a person wrote is written over,
// and a card that cannot be read, shows its other side or belongs to somebody else is a
// sentence and no refusal (F27).
//
// It must not keep a picture, write what it read to a log or an error, or hand anybody
// the file that was uploaded: readers get a small picture of our own making.
package idcard
