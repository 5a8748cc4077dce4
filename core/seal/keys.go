package seal

import (
	"crypto/ed25519"

	"lianou/core"

	"golang.org/x/mod/sumdb/note"
)

// AuditName is the name that signs checkpoints of the audit log.
const AuditName = "lianou/audit"

// Keys is the keys of both programs together: what the operator's tool and tests
// hold. A program loads only its own half.
type Keys struct {
	Gateway  *GatewayKeys
	Platform *PlatformKeys
}

// GatewayKeys is all that the public edge holds: nothing in it opens the archive.
type GatewayKeys struct {
	Ring     *Ring     // the gateway's own: nothing but its own rows
	Opener   *Opener   // opens what the platform addressed to the gateway, for one notice
	Platform Recipient // seals handed-over applications, spool, recordings, audit detail
	Shared   Blinder   // tokens both sides compare, such as a citizen's second factor
	Token    ed25519.PrivateKey
	Audit    note.Verifier // checks checkpoints
}

// PlatformKeys is what the back office holds.
type PlatformKeys struct {
	Ring    *Ring
	Opener  *Opener   // opens what the gateway handed over
	Self    Recipient // the platform's own public key, for blobs it stores itself
	Gateway Recipient
	Shared  Blinder
	Audit   AuditKey
	Sign    *Signer // of decisions; nil with a key file of before (AddSigner)
}

// AuditKey signs checkpoints of the audit log (Ed25519, C2SP signed note).
type AuditKey struct {
	Signer   note.Signer
	Verifier note.Verifier
	Public   string // the verifier key as text, to be given to strangers
}

// NewKeys makes a fresh set in memory, for tests and for a first start.
func NewKeys(c Cipher) (*Keys, error) {
	g, p, err := freshFiles(c)
	if err != nil {
		return nil, err
	}
	gk, err := g.open()
	if err != nil {
		return nil, err
	}
	pk, err := p.open()
	if err != nil {
		return nil, err
	}
	return &Keys{Gateway: gk, Platform: pk}, nil
}

func (f *gatewayFile) open() (*GatewayKeys, error) {
	if f.Kind != kindGateway || len(f.Token) != ed25519.SeedSize {
		return nil, core.E(core.KindInvalid, "seal_key_file_kind", "")
	}
	ring, err := NewRing(f.Ring, f.Blind)
	if err != nil {
		return nil, err
	}
	opener, err := NewOpener(f.Private)
	if err != nil {
		return nil, err
	}
	platform, err := f.Platform.open()
	if err != nil {
		return nil, err
	}
	shared, err := newBlinder(f.Shared)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(f.AuditPublic)
	if err != nil {
		return nil, core.E(core.KindInvalid, "seal_audit_key", "")
	}
	return &GatewayKeys{Ring: ring, Opener: opener, Platform: platform, Shared: shared,
		Token: ed25519.NewKeyFromSeed(f.Token), Audit: verifier}, nil
}

func (f *platformFile) open() (*PlatformKeys, error) {
	if f.Kind != kindPlatform {
		return nil, core.E(core.KindInvalid, "seal_key_file_kind", "")
	}
	ring, err := NewRing(f.Ring, f.Blind)
	if err != nil {
		return nil, err
	}
	opener, err := NewOpener(f.Private)
	if err != nil {
		return nil, err
	}
	gateway, err := f.Gateway.open()
	if err != nil {
		return nil, err
	}
	self, err := f.Self.open()
	if err != nil {
		return nil, err
	}
	shared, err := newBlinder(f.Shared)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(f.AuditPrivate)
	if err != nil {
		return nil, core.E(core.KindInvalid, "seal_audit_key", "")
	}
	verifier, err := note.NewVerifier(f.AuditPublic)
	if err != nil || verifier.KeyHash() != signer.KeyHash() {
		return nil, core.E(core.KindInvalid, "seal_audit_key", "")
	}
	audit := AuditKey{Signer: signer, Verifier: verifier, Public: f.AuditPublic}
	keys := &PlatformKeys{Ring: ring, Opener: opener, Self: self, Gateway: gateway, Shared: shared, Audit: audit}
	if len(f.Sign) > 0 {
		if keys.Sign, err = NewSigner(f.Sign); err != nil {
			return nil, err
		}
	}
	return keys, nil
}
