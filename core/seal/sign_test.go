package seal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A key file of before has no key to sign with and opens as ever; given one, and the next one, what
// the first signed still verifies, and another text, key or number does not.
//
// Control, named: Verify that knows the newest key only.
func TestASigningKeyIsAddedAndFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := GenerateKeys(dir, SM4); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, PlatformFile)
	var f platformFile
	if err := readFile(path, &f); err != nil {
		t.Fatal(err)
	}
	f.Sign = nil // as files of before are
	if err := writeFile(path, &f); err != nil {
		t.Fatal(err)
	}
	load := func() *PlatformKeys {
		t.Helper()
		k, err := LoadPlatform(path)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if raw, err := os.ReadFile(path); err != nil || strings.Contains(string(raw), `"sign"`) || load().Sign != nil {
		t.Fatalf("a file of before has a signing key: %v", err)
	}
	add := func() *Signer {
		t.Helper()
		if err := AddSigner(path); err != nil {
			t.Fatal(err)
		}
		return load().Sign
	}
	text := []byte("lianou decision 1\n")
	id, signature, err := add().Sign(text)
	if err != nil || id != 1 {
		t.Fatalf("key %d: %v", id, err)
	}
	both := add()
	if next, _, err := both.Sign(text); err != nil || next != 2 || !strings.HasPrefix(both.Public(), "sm2 2 04") || len(both.Public()) != len("sm2 2 ")+130 {
		t.Errorf("the next key is %d (%s): %v", next, both.Public(), err)
	}
	if !both.Verify(1, text, signature) {
		t.Error("what the first key signed does not verify any more")
	}
	if both.Verify(2, text, signature) || both.Verify(3, text, signature) || both.Verify(1, []byte("lianou decision 2\n"), signature) {
		t.Error("another key, number or text verifies")
	}
	if err := AddSigner(filepath.Join(dir, GatewayFile)); err == nil {
		t.Error("the gateway was given a key that signs decisions")
	}
}
