package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"lianou/cmd/internal/boot"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

type auditCmd struct {
	Verify auditVerify `cmd:"" help:"Recompute the whole audit log and name the first entry that is wrong."`
	Prove  auditProve  `cmd:"" help:"Prove to a stranger that one entry is in the log."`
}

type auditVerify struct {
	Key     string `help:"Public key of the log, for who holds no key file; details are then not opened." placeholder:"TEXT"`
	Outside string `help:"Folder of the copy outside the database. Defaults to checkpoints in the data folder." type:"path"`
}

type auditProve struct {
	Entry int64 `arg:"" help:"Number of the entry."`
}

// Run exits 0 when the log is whole, 1 when it is broken, 2 when it could not be
// looked at.
func (c auditVerify) Run(t *tool) error {
	err := withAudit(t, func(cfg *boot.Config, db *pg.DB) error {
		check := audit.VerifyConfig{DB: db, Dir: c.Outside}
		if check.Dir == "" {
			check.Dir = filepath.Join(cfg.DataDir, "checkpoints")
		}
		if err := c.keys(cfg, &check); err != nil {
			return err
		}
		report, err := audit.Verify(t.ctx, check)
		if err != nil {
			return err
		}
		fmt.Fprintln(t.out, report)
		if report.Pending > 0 {
			fmt.Fprintf(t.out, "%d entries wait for their place in the log\n", report.Pending)
		}
		if report.OK() {
			return nil
		}
		for _, f := range report.Findings {
			fmt.Fprintf(t.out, "  %s\n", f)
		}
		return broken("the audit log is not what was written")
	})
	return judged(err)
}

// keys takes the public key that was given, or the platform's own file, which also
// opens the details.
func (c auditVerify) keys(cfg *boot.Config, check *audit.VerifyConfig) (err error) {
	if c.Key != "" {
		if check.Key, err = note.NewVerifier(c.Key); err != nil {
			return fmt.Errorf("the public key does not parse: %w", err)
		}
		return nil
	}
	keys, err := platformKeys(cfg)
	if err != nil {
		return err
	}
	check.Key, check.Ring, check.Opener = keys.Audit.Verifier, keys.Ring, keys.Opener
	return nil
}

// proofOut is what is handed to a stranger: with the public key it is all that is
// needed (RFC 6962 audit path, C2SP signed checkpoint).
type proofOut struct {
	Entry      int64    `json:"entry"`
	Leaf       int64    `json:"leaf"`
	Record     string   `json:"record"` // base64 of the bytes that were hashed
	Path       []string `json:"path"`   // base64, from the leaf upwards
	Checkpoint string   `json:"checkpoint"`
	Key        string   `json:"key"`
}

// Run prints the proof after checking it as a stranger would.
func (c auditProve) Run(t *tool) error {
	err := withAudit(t, func(cfg *boot.Config, db *pg.DB) error {
		keys, err := platformKeys(cfg)
		if err != nil {
			return err
		}
		p, err := audit.Prove(t.ctx, db, c.Entry)
		if err != nil {
			return err
		}
		if err := p.Check(keys.Audit.Verifier); err != nil {
			return broken("entry %d is not under the signed checkpoint", c.Entry)
		}
		out := proofOut{Entry: p.Entry, Leaf: p.Leaf, Record: base64.StdEncoding.EncodeToString(p.Record), Path: []string{}, Checkpoint: p.Checkpoint, Key: keys.Audit.Public}
		for _, h := range p.Hashes {
			out.Path = append(out.Path, h.String())
		}
		enc := json.NewEncoder(t.out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	})
	return judged(err)
}

// platformKeys reads the platform's key file of this machine.
func platformKeys(cfg *boot.Config) (*seal.PlatformKeys, error) {
	path := cfg.KeyFile
	if path == "" {
		path = filepath.Join(cfg.DataDir, "keys", seal.PlatformFile)
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("the key file %s is not there; give one in LIANOU_KEY_FILE, or --key", path)
		}
	}
	return seal.LoadPlatform(path)
}

// withAudit opens the database as lianou_audit, the role that reads the whole log.
func withAudit(t *tool, do func(*boot.Config, *pg.DB) error) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	url := cfg.AuditURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return err
		}
		url = place.Roles["lianou_audit"]
	}
	db, err := pg.Open(t.ctx, pg.Config{URL: url, Name: "lianou audit", MaxConns: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	return do(cfg, db)
}
