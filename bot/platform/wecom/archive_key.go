package wecom

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/silenceper/wechat/v2/work/msgaudit"
)

// ArchiveKey is the private key of one version of the public key that the admin console shows (消息加密公钥).
type ArchiveKey struct {
	Version int
	File    string // where it was read, for people
	PEM     []byte
}

// keyring is private keys by version.
type keyring map[uint32]*rsa.PrivateKey

// keyFault is a record that cannot be opened until the operator has mended the keys.
type keyFault struct{ reason string }

func (f *keyFault) Error() string { return f.reason }

// newKeyring reads all keys. Its errors name the version and hold nothing of a key.
func newKeyring(keys []ArchiveKey) (keyring, error) {
	ring := keyring{}
	var wrong []error
	for _, k := range keys {
		key, err := parseKey(k.PEM)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("archive.private_keys: version %d: %s: %w", k.Version, k.File, err))
			continue
		}
		ring[uint32(k.Version)] = key
	}
	return ring, errors.Join(wrong...)
}

// parseKey reads PKCS#1, which the page 获取会话内容 asks for ("使用模值为2048bit的秘钥，使用PKCS1"), and PKCS#8, which
// newer versions of openssl write.
func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a PEM file; write the private key as openssl genrsa gives it")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if key, ok := parsed.(*rsa.PrivateKey); ok {
			return key, nil
		}
	}
	if strings.Contains(block.Type, "PUBLIC") {
		return nil, errors.New("a public key; the private one is needed")
	}
	return nil, errors.New("not an RSA private key without a passphrase")
}

// open returns what encrypt_random_key holds: "需要业务方先base64 decode处理后，再使用指定版本的私钥进行解密" – page
// 获取会话内容. The padding is PKCS#1 v1.5.
func (k keyring) open(r msgaudit.ChatData) ([]byte, error) {
	key, ok := k[r.PublickeyVer]
	if !ok {
		return nil, &keyFault{fmt.Sprintf("no private key of version %d, which record %d is sealed for; add it to "+
			"archive.private_keys (there: %s)", r.PublickeyVer, r.Seq, k.versions())}
	}
	sealed, err := base64.StdEncoding.DecodeString(r.EncryptRandomKey)
	if err != nil {
		return nil, errors.New("encrypt_random_key is not base64")
	}
	// What WeCom seals is decided by WeCom, so the padding cannot be a newer one. Nobody can make this process open
	// records of their own choice and watch it: they come from WeCom alone, over its own connection.
	opened, err := rsa.DecryptPKCS1v15(nil, key, sealed) //nolint:staticcheck // the reason stands above
	if err != nil {
		return nil, &keyFault{fmt.Sprintf("the private key of version %d does not open record %d; check that its public "+
			"key is the one of that version in the admin console", r.PublickeyVer, r.Seq)}
	}
	return opened, nil
}

func (k keyring) versions() string {
	var all []uint32
	for v := range k {
		all = append(all, v)
	}
	slices.Sort(all)
	return strings.Trim(fmt.Sprint(all), "[]")
}
