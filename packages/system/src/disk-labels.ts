/** The labels of the file systems of a node: the state partition, and the EFI system partition. */
export const STATE_LABEL = 'HAOS_STATE';
export const EFI_LABEL = 'HAOS_GRUB';

/** The label of the LUKS2 volume with the encrypted data of a node. */
export const DATA_LABEL = 'HAOS_DATA';

/** The type of an EFI system partition in a GPT: UEFI specification 2.10, 5.3.3. */
export const EFI_PARTITION = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
