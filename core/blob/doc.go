// Package blob keeps recordings, photos and documents: sealed files named by the
// SHA-256 of their plain content.
//
// A file is stored whole and durable or not at all: temporary file in the same
// volume, hashed while written, fsync, rename, fsync of the folder. Only then
// does Put return, and only then may a row name the digest. The content is cut
// into chunks of 64 KiB, each sealed for its own place, so that a player can ask
// for a range and a file that was cut, reordered or mixed does not open. The data
// key is wrapped to the platform's public key: the gateway can put and cannot
// open.
//
// It must not know what a file is for, who may see it (callers ask and log), or
// what a row says about it. It keeps no plain bytes on disk.
package blob
