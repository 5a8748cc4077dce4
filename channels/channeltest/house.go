package channeltest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"lianou/channels"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/matching"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/intake"
	"lianou/intake/interview"
)

// The people of the fixtures: synthetic, with valid check digits.
const (
	ID    = "371424196303150028"
	Phone = "13805340001"
	Town  = "371426104" // 王庙镇
)

// House is what channels are tested in: keys, a blob store, the lists, a cache; no
// database.
type House struct {
	Keys    *seal.Keys
	Blobs   *blob.Store
	Files   string // where Blobs keeps them
	BlobURL string // the same, for the other program's store
	Regions *registry.Regions
	Book    matching.Books
	Bell    *bell.Bell
}

// NewHouse makes a house for one test.
func NewHouse(t testing.TB) *House {
	t.Helper()
	keys, err := seal.NewKeys(seal.SM4)
	check(t, err)
	files := t.TempDir()
	at := "file://" + files
	blobs, err := blob.Open(blob.Config{URL: at, To: keys.Gateway.Platform})
	check(t, err)
	regions, err := registry.EmbeddedRegions()
	check(t, err)
	book, err := policy.Embedded()
	check(t, err)
	b, err := bell.Open(bell.Config{URL: "redis://" + miniredis.RunT(t).Addr(), Log: slog.New(slog.DiscardHandler)})
	check(t, err)
	t.Cleanup(func() { _ = b.Close() })
	return &House{Keys: keys, Blobs: blobs, Files: files, BlobURL: at, Regions: regions, Book: book, Bell: b}
}

// Env is an Env of the house.
func (h *House) Env() channels.Env {
	return channels.Env{Log: slog.New(slog.DiscardHandler), Client: http.DefaultClient, Now: time.Now,
		Blobs: h.Blobs, Shared: h.Bell, Regions: h.Regions, Book: h.Book}
}

// Rules are intake's rules in the house.
func (h *House) Rules(t testing.TB) intake.Rules {
	t.Helper()
	rules, err := intake.NewRules(h.Regions, h.Book, h.Blobs)
	check(t, err)
	return rules
}

// Signed is the digest of a text that people sign.
func Signed() string {
	sum := sha256.Sum256([]byte(interview.Promise))
	return hex.EncodeToString(sum[:])
}

// Form is a filled form that needs no upload but the strokes; strokes is the
// digest of an uploaded signature.
func Form(key, strokes string) intake.Form {
	return intake.Form{
		Key:       key,
		Contact:   intake.ContactForm{Phone: Phone},
		Applicant: intake.PersonForm{Name: "张桂兰", IDNumber: ID},
		Live:      intake.PlaceForm{Region: Town, Detail: "村东头"},
		Household: json.RawMessage(`{"area":"rural","hukou":"local","income_12m":9360,"members":[{"ref":"m1","relation":"applicant","age":null},{"ref":"m2","relation":"child","age":33}]}`),
		Story:     "儿子瘫在床上,没有钱看病。",
		Consents: []intake.ConsentForm{
			{Purpose: "process", Version: "2026-01", How: "tick"}, {Purpose: "means_check", Version: "2026-01", How: "signature"},
		},
		Signature: &intake.SignatureForm{Strokes: strokes, Document: Signed()},
	}
}

// Upload puts a file where uploads go and gives its digest.
func Upload(t testing.TB, env channels.Env) core.BlobDigest {
	t.Helper()
	info, err := env.Blobs.Put(t.Context(), strings.NewReader(`{"strokes":[]}`), blob.PutOptions{Class: "signature", MIME: "application/json", Max: 1 << 20})
	check(t, err)
	return info.Digest
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
