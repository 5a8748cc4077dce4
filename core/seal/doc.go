// Package seal is the one place of Lianou that encrypts, wraps and blinds what
// is personal: fields, files, applications in transit, audit details.
//
// What is sealed is bound to the place it is stored in (At: table, row, column),
// so that a ciphertext moved to another row is an error and never another
// person's data. The algorithms are the national ones, SM4-GCM (GB/T 32907),
// SM3 (GB/T 32905) and SM2 (GB/T 32918), with AES-256-GCM instead of SM4 by
// configuration.
//
// Three shapes of key:
//   - Ring: a program's own keys, with ids; the newest seals, all open.
//   - DataKey: one person's or one file's key, wrapped by a Ring. Forgetting the
//     wrapped form erases everything sealed under it.
//   - Recipient and Opener: the other program's public key and one's own private
//     one. The public edge seals to the platform what it may not read again.
//
// It must not decide what is personal, store anything but key files, log, or put
// plain or sealed bytes into an error.
package seal
