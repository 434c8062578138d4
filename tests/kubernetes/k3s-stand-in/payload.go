package main

import (
	"archive/tar"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

// extract writes the files of an archive that are not there yet with their size.
func extract(archive io.Reader, directory string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	reader := tar.NewReader(archive)
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		path := filepath.Join(directory, filepath.Base(header.Name))
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if stat, err := os.Stat(path); err == nil && stat.Size() == header.Size {
			continue
		}
		file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, reader); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
}

func base64JSON(content []byte) string {
	text, _ := json.Marshal(base64.StdEncoding.EncodeToString(content))
	return string(text)
}
