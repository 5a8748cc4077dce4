package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianou/cmd/internal/boot"
	"lianou/core/seal"
)

// Who names the folder above their city is told so, and nothing is made there; an empty folder,
// and one that has a city of its own, start (by a seventh newcomer: a new city in silence).
// Control: cityBelow left out of makeKeys (red: "above a city: <nil>").
func TestTheFolderAboveACityIsToldSo(t *testing.T) {
	t.Parallel()
	above := t.TempDir()
	city := filepath.Join(above, "city")
	if err := (&machine{cfg: &boot.Config{DataDir: city}}).makeKeys(context.Background()); err != nil {
		t.Fatal(err)
	}
	err := (&machine{cfg: &boot.Config{DataDir: above}}).makeKeys(context.Background())
	if err == nil || !strings.Contains(err.Error(), "LIANOU_DATA_DIR="+city) {
		t.Errorf("above a city: %v", err)
	}
	if _, err := os.Stat(filepath.Join(above, "keys")); err == nil {
		t.Error("it has keys now")
	}
	if err := os.MkdirAll(filepath.Join(above, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := seal.GenerateKeys(filepath.Join(above, "keys"), seal.SM4); err != nil {
		t.Fatal(err)
	}
	if err := (&machine{cfg: &boot.Config{DataDir: above}}).makeKeys(context.Background()); err != nil {
		t.Errorf("of a city of its own: %v", err)
	}
}
