package boot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"lianou/core"
)

// published holds SHA-256 digests of the secrets that this repository prints: those
// of the stand-ins, with which `lianou up` starts. Whoever has read the sources
// could sign a call or a payment file with them. Digests and not the secrets,
// because the programs do not contain the stand-ins; a test beside the stand-ins
// holds the two lists equal.
func published() map[string]bool {
	return map[string]bool{
		"e8e99a1f4eeb4db684af119990e886b914356c03fb06e453f25cefceff8867f3": true, // WeChat
		"3f2baa89145eef82d17d45b5eab5320b0498ed788c9a82510f2529bcb41ea357": true, // Tencent Cloud
		"2bfd16a7d00880e0ce1e91bcaa9f7dae22a7f90ed3a1bc14ad50c5c65c3e0573": true, // bank
		"e54bfabd73fb9601c0c90a7c62fdd6daa8c51a972c032bd0ee29431f920f526c": true, // form callbacks
		"2bb8e0faafd8342c8fd14613e638f2b1f4109e1887aa3bac267af0efd65e1013": true, // call exchange
		"ac05b7812234f226f3910c0a1437859544464f10f71109af0f716676a958b203": true, // FreeSWITCH
		"0f4e2a014bb4fe4c33f0db2308205b41af84c6c60645525b018486ea7772a598": true, // jambonz
		"93b7ee5da6fdeb77c6d1017acee4088e964e8752f3c7022f36b802cc3125a652": true, // jambonz, sound
		"8e74d699a474382363182ff24f7ffcdfd1a054ef4c07864fe81a192cd09111d6": true, // CTI
	}
}

// RefusePublished says which settings hold a published secret. It is for real
// databases: a demo runs on nothing else. The error is KindForbidden.
func RefusePublished(cfg *Config) error {
	var named []string
	for _, s := range secrets(reflect.ValueOf(cfg).Elem()) {
		// A setting may hold two secrets, while one is being changed.
		if slices.ContainsFunc(strings.Split(s.value, ","), isPublished) {
			named = append(named, s.name)
		}
	}
	if len(named) == 0 {
		return nil
	}
	return core.E(core.KindForbidden, "published_secret", "").Wrap(fmt.Errorf(
		"%s: a secret of the demo's stand-ins, which everybody can read, on a database that was not made for show; set your own", strings.Join(named, ", ")))
}

func isPublished(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	return published()[hex.EncodeToString(sum[:])]
}

type namedSecret struct{ name, value string }

func secrets(v reflect.Value) []namedSecret {
	var list []namedSecret
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if s, is := v.Field(i).Interface().(Secret); is {
			list = append(list, namedSecret{field.Tag.Get("env"), s.Reveal()})
		} else if field.Tag.Get("env") == "" {
			list = append(list, secrets(v.Field(i))...)
		}
	}
	return list
}
