package seal

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// The published examples of the national standards: the library pinned in go.mod
// must give exactly these, or what we seal cannot be opened by a certified module.

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSM3Vectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{ // GB/T 32905-2016, annex A
		{"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
		{strings.Repeat("abcd", 16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
	} {
		if got := sm3.Sum([]byte(c.in)); hex.EncodeToString(got[:]) != c.want {
			t.Errorf("SM3(%.8q…) = %x, want %s", c.in, got, c.want)
		}
	}
}

func TestSM4Vectors(t *testing.T) {
	t.Parallel()
	key := unhex(t, "0123456789abcdeffedcba9876543210") // GB/T 32907-2016, annex A
	block, err := sm4.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	buf := bytes.Clone(key)
	block.Encrypt(buf, buf)
	if want := unhex(t, "681edf34d206965e86b3e94f536e4246"); !bytes.Equal(buf, want) {
		t.Errorf("one round = %x, want %x", buf, want)
	}
	for range 999_999 {
		block.Encrypt(buf, buf)
	}
	if want := unhex(t, "595298c7c6fd271f0402f804c33d3f66"); !bytes.Equal(buf, want) {
		t.Errorf("a million rounds = %x, want %x", buf, want)
	}
}

func TestSM4GCMVector(t *testing.T) {
	t.Parallel()
	// RFC 8998, appendix A.1.
	aead, err := newAEAD(SM4, unhex(t, "0123456789ABCDEFFEDCBA9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	plain := unhex(t, `AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
		EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA`)
	want := unhex(t, `17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735
		D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D
		83DE3541E4C2B58177E065A9BF7B62EC`)
	got := aead.Seal(nil, unhex(t, "00001234567800000000ABCD"), plain, unhex(t, "FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
	if !bytes.Equal(got, want) {
		t.Errorf("SM4-GCM = %x, want %x", got, want)
	}
}

func TestSM2Vectors(t *testing.T) {
	t.Parallel()
	// GB/T 32918.5-2017, annexes A and C.
	priv, err := sm2.NewPrivateKey(unhex(t, "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"))
	if err != nil {
		t.Fatal(err)
	}
	if x := unhex(t, "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"); !bytes.Equal(priv.X.Bytes(), x) {
		t.Errorf("public key x = %x, want %x", priv.X.Bytes(), x)
	}
	r := new(big.Int).SetBytes(unhex(t, "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"))
	s := new(big.Int).SetBytes(unhex(t, "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"))
	if !sm2.VerifyWithSM2(&priv.PublicKey, []byte("1234567812345678"), []byte("message digest"), r, s) {
		t.Error("the standard's signature does not verify")
	}
	c := unhex(t, `0404EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73E8
		58F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0
		59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766
		21886CA989CA9C7D58087307CA93092D651EFA`)
	plain, err := sm2.Decrypt(priv, c)
	if err != nil || string(plain) != "encryption standard" {
		t.Errorf("decrypt = %q, %v, want %q", plain, err, "encryption standard")
	}
}
