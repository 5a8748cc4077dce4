package main

import (
	"lianou/cmd/internal/boot"
	signature "lianou/cmd/internal/signed"
	"lianou/cmd/internal/verify"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/seal"
)

// signatures holds every decision to its signature, as one more line of the report, and counts
// those that are of before there was a key.
func signatures(t *tool, cfg *boot.Config, db *pg.DB) (verify.Result, int64) {
	out := verify.Result{Check: verify.Check{Name: "decision.signed", Promise: "every decision is what was signed, by who decided, in their session"}, Verdict: verify.Held}
	keys, keyless := platformKeys(cfg)
	if keyless != nil { // without a key file nothing can be said of a signature; where there is none nothing has to be
		var err error
		if keys, err = noKeys(); err != nil {
			out.Verdict, out.Why = verify.CouldNotCheck, err.Error()
			return out, 0
		}
	}
	cases, err := casefile.New(casefile.Config{Ring: keys.Ring, Shared: keys.Shared, Audit: audit.New(keys.Ring)})
	if err != nil {
		out.Verdict, out.Why = verify.CouldNotCheck, err.Error()
		return out, 0
	}
	report, err := signature.Run(t.ctx, signature.Config{DB: db, Cases: cases, Key: keys.Sign})
	out.Seen, out.Bad, out.First = report.Seen, report.Broken, report.Bad
	switch {
	case err != nil:
		out.Verdict, out.Why = verify.CouldNotCheck, pg.Fail(err, "verify signatures").Error()
	case report.Broken > 0 && keyless != nil:
		out.Verdict, out.Why = verify.CouldNotCheck, keyless.Error()
	case report.Broken > 0:
		out.Verdict = verify.Broken
	}
	return out, report.Unsigned
}

// noKeys stands in for a key file: decisions and signatures lie in clear, and nothing is opened.
func noKeys() (*seal.PlatformKeys, error) {
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		return nil, err
	}
	keys.Platform.Sign = nil
	return keys.Platform, nil
}
