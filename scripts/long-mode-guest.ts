/**
 * A boot sector for QEMU's isa-debug-exit device, at port 0xf4. It does what every Linux kernel
 * does and an incomplete KVM cannot do: it enters long mode and calculates with SSE. A guest in
 * real mode proves nothing, since such a KVM interprets it.
 */
export const LONG_MODE_GUEST = assemble([
  ['fa fc', 'cli; cld'],
  ['31 c0 8e d8 8e c0', 'xor ax, ax; mov ds, ax; mov es, ax'],
  ['e4 92 0c 02 e6 92', 'in al, 0x92; or al, 2; out 0x92, al      ; the A20 line'],
  ['31 c0 bf 00 10 b9 00 18 f3 ab', 'xor ax, ax; mov di, 0x1000; mov cx, 0x1800; rep stosw'],
  ['c7 06 00 10 03 20', 'mov word [0x1000], 0x2003                ; page tables: level 4'],
  ['c7 06 00 20 03 30', 'mov word [0x2000], 0x3003                ; level 3'],
  ['c7 06 00 30 83 00', 'mov word [0x3000], 0x0083                ; level 2: a page of 2 MiB'],
  ['66 b8 00 10 00 00 0f 22 d8', 'mov eax, 0x1000; mov cr3, eax'],
  ['0f 20 e0 66 0d 20 06 00 00 0f 22 e0', 'mov eax, cr4; or eax, 0x620; mov cr4, eax ; PAE, OSFXSR'],
  ['66 b9 80 00 00 c0 0f 32', 'mov ecx, 0xc0000080; rdmsr               ; EFER'],
  ['66 0d 00 01 00 00 0f 30', 'or eax, 0x100; wrmsr                     ; LME'],
  ['0f 01 16 7e 7c', 'lgdt [0x7c7e]'],
  [
    '0f 20 c0 24 fb 66 0d 03 00 00 80 0f 22 c0',
    'mov eax, cr0; … mov cr0, eax             ; PG, MP, PE, no EM',
  ],
  ['ea 67 7c 08 00', 'jmp 8:0x7c67                             ; 64 bits from here'],
  ['b8 08 00 00 00 f2 0f 2a c0', 'mov eax, 8; cvtsi2sd xmm0, eax'],
  ['f2 0f 58 c0 f2 0f 2c c0', 'addsd xmm0, xmm0; cvttsd2si eax, xmm0    ; 0x10'],
  ['66 ba f4 00 ee f4', 'mov dx, 0xf4; out dx, al; hlt'],
  ['0f 00 84 7c 00 00', 'dw 15; dd 0x7c84                         ; 0x7c7e: where the GDT is'],
  ['00 00 00 00 00 00 00 00', 'dq 0                                     ; 0x7c84: the GDT'],
  ['00 00 00 00 00 9a 20 00', 'dq 0x00209a0000000000                    ; code of 64 bits'],
]);

/**
 * QEMU's exit status after that guest: the device shifts the value that it receives and sets the
 * lowest bit.
 */
export const LONG_MODE_STATUS = (0x10 << 1) | 1;

/** The firmware loads one sector to 0x7c00 if it ends with this mark. */
function assemble(lines: readonly (readonly [bytes: string, source: string])[]): Buffer {
  const sector = Buffer.alloc(512);
  sector.set(Buffer.from(lines.map(([bytes]) => bytes.replaceAll(' ', '')).join(''), 'hex'));
  sector.set([0x55, 0xaa], 510);
  return sector;
}
