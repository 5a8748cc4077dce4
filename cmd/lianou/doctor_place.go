package main

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core/seal"
)

func folder(cfg *boot.Config) finding {
	if err := os.MkdirAll(cfg.DataDir, 0o755); err != nil {
		return mend("data folder", "%s cannot be made; give another one in LIANOU_DATA_DIR", cfg.DataDir)
	}
	if err := tryWrite(cfg.DataDir); err != nil {
		return mend("data folder", "%s cannot be written; give another one in LIANOU_DATA_DIR", cfg.DataDir)
	}
	return well("data folder", cfg.DataDir)
}

// leastRoom is twice what the spool may take while PostgreSQL is away.
const leastRoom = 2 << 30

func disk(dir string) finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return mend("disk", "the disk under %s cannot be looked at; mend LIANOU_DATA_DIR first", dir)
	}
	return diskRoom(dir, uint64(s.Bavail)*uint64(s.Bsize), uint64(s.Blocks)*uint64(s.Bsize))
}

func diskRoom(dir string, free, total uint64) finding {
	switch mib := free >> 20; {
	case free < leastRoom:
		return mend("disk", "%d MiB are left under %s; make room: below 2 GiB the spool of submissions could not fill", mib, dir)
	case free < total/20:
		return remark("disk", "less than a twentieth of the disk under %s is left (%d MiB); make room soon", dir, mib)
	}
	return well("disk", "room enough")
}

// blobFolder tries the store of recordings and documents where it is set apart.
func blobFolder(cfg *boot.Config) finding {
	if cfg.BlobURL == "" {
		return well("blobs", "in the data folder")
	}
	u, err := url.Parse(cfg.BlobURL)
	if err != nil || u.Scheme != "file" || u.Host != "" || !filepath.IsAbs(u.Path) {
		return mend("blobs", "LIANOU_BLOB_URL must look like file:///var/lib/lianou/blob")
	}
	if os.MkdirAll(u.Path, 0o700) != nil || tryWrite(u.Path) != nil {
		return mend("blobs", "%s cannot be written; give its folder to the user of this program, or change LIANOU_BLOB_URL", u.Path)
	}
	return well("blobs", u.Path)
}

// spoolPatience is how long a spooled submission may wait before somebody looks.
const spoolPatience = 5 * time.Minute

// spools looks for submissions that wait for the database, and for such as could
// not be brought in.
func spools(dataDir string) []finding {
	waiting, _ := filepath.Glob(filepath.Join(dataDir, "*-intake", "spool", "*.sealed"))
	late := slices.DeleteFunc(waiting, func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || time.Since(info.ModTime()) < spoolPatience
	})
	aside, _ := filepath.Glob(filepath.Join(dataDir, "*-intake", "spool", "*.unreadable"))
	var list []finding
	if len(late) > 0 {
		list = append(list, mend("spool", "%d submissions have waited for more than %d minutes; see that the program runs and the database answers, and do not delete them", len(late), int(spoolPatience.Minutes())))
	}
	if len(aside) > 0 {
		list = append(list, mend("spool", "%d submissions were set aside as unreadable; keep them and look in the log for \"set aside\"", len(aside)))
	}
	if len(list) == 0 {
		list = append(list, well("spool", "nothing waits"))
	}
	return list
}

func programs() finding {
	for _, name := range []string{"gateway", "platform"} {
		if _, err := beside(name); err != nil {
			return finding{what: "programs", err: err}
		}
	}
	return well("programs", "gateway and platform are beside this one")
}

func freePorts(ctx context.Context, wanted map[string]string) []finding {
	var list []finding
	for _, setting := range slices.Sorted(maps.Keys(wanted)) {
		listener, err := boot.Listen(ctx, setting, wanted[setting])
		if err != nil {
			list = append(list, finding{what: "port", err: boot.Plain(err)})
			continue
		}
		listener.Close()
		list = append(list, well("port", wanted[setting]+" is free"))
	}
	return list
}

// keyFiles looks at both files, where one machine has both.
func keyFiles(cfg *boot.Config) finding {
	dir := filepath.Join(cfg.DataDir, "keys")
	info, err := os.Stat(dir)
	if err != nil {
		return remark("keys", "none yet; the first `lianou up` makes them")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return mend("keys", "others may enter %s; run: chmod 700 %s", dir, dir)
	}
	keys, err := seal.LoadKeys(dir)
	if err != nil {
		return badKeys(err)
	}
	if keys.Gateway.Audit.KeyHash() != keys.Platform.Audit.Verifier.KeyHash() {
		return mend("keys", "gateway.keys and platform.keys in %s are not of one set; put back the two that were made together", dir)
	}
	return well("keys", "both key files open")
}

// keyFile looks at the one file of a service.
func keyFile(cfg *boot.Config, program string) finding {
	var err error
	path := boot.KeyPath(cfg, map[string]string{forGateway: seal.GatewayFile, forPlatform: seal.PlatformFile}[program])
	if program == forGateway {
		_, err = seal.LoadGateway(path)
	} else {
		_, err = seal.LoadPlatform(path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return mend("keys", "%s is not there; run `lianou keys make`, or give the file in LIANOU_KEY_FILE", path)
	case err != nil:
		return badKeys(err)
	}
	return well("keys", path+" opens")
}

func badKeys(err error) finding {
	if errors.Is(err, fs.ErrPermission) {
		return mend("keys", "a key file may not be read by this user; give it to the user of the program")
	}
	return mend("keys", "a key file does not open: %w", boot.Plain(err))
}
