package interview

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"lianou/core"
)

// Promise is what a person signs at a window and at home. Its digest goes into the
// signature, so that another text cannot be put under it later (domain.md 7.4). A
// new wording is a new constant beside it: what was signed must stay findable.
const Promise = "我说的都是真的。同意工作人员登记、核对家里的收入和财产,用来办救助。家里情况变了,我会告诉村里或镇上。"

// Document is the text that stands above a signature on a screen of the person's
// own.
func (f Form) Document() string {
	var b strings.Builder
	b.WriteString("求助登记(" + f.Version + " 版)\n")
	for _, c := range f.Consents {
		b.WriteString(c.Text + "(" + c.Version + " 版)\n")
	}
	b.WriteString("我填的都是真的。\n")
	return b.String()
}

// Signed reports whether a digest is of a text that is put before people to sign.
func (f Form) Signed(d core.BlobDigest) bool {
	return d == digest(Promise) || d == digest(f.Document())
}

// Agreed reports whether there is a text of that version to agree to.
func (f Form) Agreed(purpose, version string) bool {
	c, err := f.Consent(purpose)
	return err == nil && c.Version == version
}

func digest(text string) core.BlobDigest {
	sum := sha256.Sum256([]byte(text))
	return core.BlobDigest(hex.EncodeToString(sum[:]))
}
