package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lianou/core/seal"
)

type keysCmd struct {
	Make   keysMake   `cmd:"" help:"Make the two key files of a new installation."`
	Sign   keysSign   `cmd:"" help:"Give platform.keys a key that signs decisions, or the next one; what was signed before still verifies."`
	Rotate keysRotate `cmd:"" help:"Give a key file a fresh sealing key; what was sealed before still opens."`
}

type keysMake struct {
	Dir    string `help:"Folder to make them in. Defaults to keys in the data folder." type:"path"`
	Cipher string `help:"What seals: the national SM4-GCM or AES-256-GCM." enum:"sm4,aes" default:"sm4"`
}

type keysRotate struct {
	File    string `arg:"" help:"gateway.keys or platform.keys." type:"existingfile"`
	Prepare bool   `help:"Several machines: add a key that only opens. Bring the file to all, start each anew, then rotate without this."`
	Cipher  string `help:"What the new key seals with." enum:"sm4,aes" default:"sm4"`
}

type keysSign struct {
	File string `arg:"" help:"platform.keys." type:"existingfile"`
}

// Run adds the key and says what strangers verify with.
func (c keysSign) Run(t *tool) error {
	if err := seal.AddSigner(c.File); err != nil {
		return err
	}
	keys, err := seal.LoadPlatform(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "public key of decisions: %s\nnext: bring the file to every platform and start each anew; then renew the copies you keep\n", keys.Sign.Public())
	return nil
}

func cipherOf(word string) seal.Cipher {
	if word == "aes" {
		return seal.AES
	}
	return seal.SM4
}

// Run makes both files, 0600 in a folder 0700, and never over others.
func (c keysMake) Run(t *tool) error {
	dir := c.Dir
	if dir == "" {
		cfg, err := t.config()
		if err != nil {
			return err
		}
		dir = filepath.Join(cfg.DataDir, "keys")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the folder %s cannot be made; give another one with --dir", dir)
	}
	err := seal.GenerateKeys(dir, cipherOf(c.Cipher))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("there are keys in %s already; they are never overwritten", dir)
	} else if err != nil {
		return err
	}
	keys, err := seal.LoadKeys(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s\n%s\n", filepath.Join(dir, seal.GatewayFile), filepath.Join(dir, seal.PlatformFile))
	fmt.Fprintf(t.out, "public key of the audit log: %s\n", keys.Platform.Audit.Public)
	fmt.Fprintf(t.out, "public key of decisions: %s\n", keys.Platform.Sign.Public())
	fmt.Fprintln(t.out, "Keep two copies in two places, away from the backups of the database. Bring each program its own file and no other.")
	return nil
}

// Run rotates one ring and says what is left to do.
func (c keysRotate) Run(t *tool) error {
	turn, next := seal.AddKey, "start its programs anew, one after another; then renew the copies you keep"
	if c.Prepare {
		turn, next = seal.PrepareKey, "bring the file to every machine and start each program anew; then: lianou keys rotate "+c.File
	}
	if err := turn(c.File, cipherOf(c.Cipher)); err != nil {
		return err
	}
	ring, err := seal.ReadRing(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: keys %v, %d seals", c.File, ring.IDs, ring.Sealing)
	if ring.Waiting != 0 {
		fmt.Fprintf(t.out, ", %d waits", ring.Waiting)
	}
	fmt.Fprintf(t.out, "\nnext: %s\n", next)
	return nil
}
