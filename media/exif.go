package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"image/jpeg"
)

// decodeJPEG decodes a JPEG, and turns it as its EXIF metadata says. The metadata itself,
// with the place where a photograph was taken, is not kept.
func decodeJPEG(data []byte) (image.Image, error) {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	o := orientationOf(data)
	if o == 1 {
		return img, nil
	}
	upright := turned{img, o}
	dst := image.NewRGBA(upright.Bounds()) // scaling is much faster from here
	draw.Draw(dst, dst.Bounds(), upright, image.Point{}, draw.Src)
	return dst, nil
}

// orientationOf returns the orientation in a JPEG's EXIF metadata, 1 to 8. It is 1, upright,
// if there is none or it cannot be read.
func orientationOf(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xff && data[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) {
			return 1
		}
		segment := data[at+4 : at+2+size]
		if data[at+1] == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return tiffOrientation(segment[6:])
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation reads tag 0x0112 of the first directory of a TIFF structure.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for n := int(order.Uint16(tiff[at:])); n > 0; n-- {
		entry := at + 2 + 12*(n-1)
		if entry+12 > len(tiff) || order.Uint16(tiff[entry:]) != 0x0112 {
			continue
		}
		if o := int(order.Uint16(tiff[entry+8:])); o >= 1 && o <= 8 {
			return o
		}
	}
	return 1
}
