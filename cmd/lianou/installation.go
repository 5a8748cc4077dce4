package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"lianou/core/pg"
)

// installation says where the databases of a running `lianou up` are, so that the
// tool's other commands find them. It is written 0600 into the data folder and
// removed at the end.
type installation struct {
	Admin string            `json:"admin"` // superuser, or the owner on a real server
	Roles map[string]string `json:"roles"` // URL by role
	Redis string            `json:"redis"`
	// Standin is where the outside services of the demo listen; empty where there are none.
	Standin string `json:"standin,omitempty"`
}

func installationFile(dataDir string) string { return filepath.Join(dataDir, "running.json") }

func (i *installation) write(dataDir string) error {
	return writePrivate(installationFile(dataDir), i)
}

func readInstallation(dataDir string) (*installation, error) {
	var i installation
	if err := readPrivate(installationFile(dataDir), &i); err != nil {
		return nil, fmt.Errorf("nothing runs here (in %s; LIANOU_DATA_DIR names another folder): start `lianou up`, or set LIANOU_DATABASE_URL", dataDir)
	}
	return &i, nil
}

// passwords gives each role of a real server a password, made once and kept.
func passwords(dataDir string) (map[string]string, error) {
	path := filepath.Join(dataDir, "roles.json")
	kept := map[string]string{}
	if err := readPrivate(path, &kept); err == nil {
		return kept, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, role := range append(pg.Roles(), pg.Owner) {
		kept[role] = rand.Text()
	}
	return kept, writePrivate(path, kept)
}

func writePrivate(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	building := path + ".new"
	if err := os.WriteFile(building, b, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(building, path)
}

func readPrivate(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s is damaged; remove it", path)
	}
	return nil
}
