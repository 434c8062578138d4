// @ts-nocheck
// Generated from src/schema.ts by `npm run generate`: ajv's standalone code, so that no start compiles a schema; do not edit.

/** Whether a merged configuration has the right types; if not, `errors` tells where. */
export const validateConfig: ((data: unknown) => boolean) & { errors?: { instancePath: string }[] | null } = validate10;

const schema11 = {"type":"object","additionalProperties":false,"properties":{"sshAuthorizedKeys":{"type":"array","items":{"type":"string"}},"writeFiles":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{"encoding":{"type":"string"},"content":{"type":"string"},"owner":{"type":"string"},"path":{"type":"string"},"permissions":{"type":"string"}}}},"hostname":{"type":"string"},"bootManifests":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{"url":{"type":"string"},"sha256":{"type":"string"}}}},"initCmd":{"type":"array","items":{"type":"string"}},"bootCmd":{"type":"array","items":{"type":"string"}},"runCmd":{"type":"array","items":{"type":"string"}},"haos":{"type":"object","additionalProperties":false,"properties":{"dataSources":{"type":"array","items":{"type":"string"}},"modules":{"type":"array","items":{"type":"string"}},"sysctls":{"type":"object","additionalProperties":{"type":"string"}},"ntpServers":{"type":"array","items":{"type":"string"}},"dnsNameservers":{"type":"array","items":{"type":"string"}},"wifi":{"type":"array","items":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string"},"passphrase":{"type":"string"}}}},"password":{"type":"string"},"serverUrl":{"type":"string"},"token":{"type":"string"},"labels":{"type":"object","additionalProperties":{"type":"string"}},"k3sArgs":{"type":"array","items":{"type":"string"}},"environment":{"type":"object","additionalProperties":{"type":"string"}},"taints":{"type":"array","items":{"type":"string"}},"install":{"type":"object","additionalProperties":false,"properties":{"forceEfi":{"type":"boolean"},"device":{"type":"string"},"configUrl":{"type":"string"},"silent":{"type":"boolean"},"isoUrl":{"type":"string"},"powerOff":{"type":"boolean"},"noFormat":{"type":"boolean"},"debug":{"type":"boolean"},"tty":{"type":"string"}}}}}}};
const func2 = Object.prototype.hasOwnProperty;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!((((((((key0 === "sshAuthorizedKeys") || (key0 === "writeFiles")) || (key0 === "hostname")) || (key0 === "bootManifests")) || (key0 === "initCmd")) || (key0 === "bootCmd")) || (key0 === "runCmd")) || (key0 === "haos"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.sshAuthorizedKeys !== undefined){
let data0 = data.sshAuthorizedKeys;
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(typeof data0[i0] !== "string"){
const err1 = {instancePath:instancePath+"/sshAuthorizedKeys/" + i0,schemaPath:"#/properties/sshAuthorizedKeys/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
}
else {
const err2 = {instancePath:instancePath+"/sshAuthorizedKeys",schemaPath:"#/properties/sshAuthorizedKeys/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.writeFiles !== undefined){
let data2 = data.writeFiles;
if(Array.isArray(data2)){
const len1 = data2.length;
for(let i1=0; i1<len1; i1++){
let data3 = data2[i1];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
for(const key1 in data3){
if(!(((((key1 === "encoding") || (key1 === "content")) || (key1 === "owner")) || (key1 === "path")) || (key1 === "permissions"))){
const err3 = {instancePath:instancePath+"/writeFiles/" + i1,schemaPath:"#/properties/writeFiles/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data3.encoding !== undefined){
if(typeof data3.encoding !== "string"){
const err4 = {instancePath:instancePath+"/writeFiles/" + i1+"/encoding",schemaPath:"#/properties/writeFiles/items/properties/encoding/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data3.content !== undefined){
if(typeof data3.content !== "string"){
const err5 = {instancePath:instancePath+"/writeFiles/" + i1+"/content",schemaPath:"#/properties/writeFiles/items/properties/content/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data3.owner !== undefined){
if(typeof data3.owner !== "string"){
const err6 = {instancePath:instancePath+"/writeFiles/" + i1+"/owner",schemaPath:"#/properties/writeFiles/items/properties/owner/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data3.path !== undefined){
if(typeof data3.path !== "string"){
const err7 = {instancePath:instancePath+"/writeFiles/" + i1+"/path",schemaPath:"#/properties/writeFiles/items/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data3.permissions !== undefined){
if(typeof data3.permissions !== "string"){
const err8 = {instancePath:instancePath+"/writeFiles/" + i1+"/permissions",schemaPath:"#/properties/writeFiles/items/properties/permissions/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
else {
const err9 = {instancePath:instancePath+"/writeFiles/" + i1,schemaPath:"#/properties/writeFiles/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
}
else {
const err10 = {instancePath:instancePath+"/writeFiles",schemaPath:"#/properties/writeFiles/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.hostname !== undefined){
if(typeof data.hostname !== "string"){
const err11 = {instancePath:instancePath+"/hostname",schemaPath:"#/properties/hostname/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.bootManifests !== undefined){
let data10 = data.bootManifests;
if(Array.isArray(data10)){
const len2 = data10.length;
for(let i2=0; i2<len2; i2++){
let data11 = data10[i2];
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
for(const key2 in data11){
if(!((key2 === "url") || (key2 === "sha256"))){
const err12 = {instancePath:instancePath+"/bootManifests/" + i2,schemaPath:"#/properties/bootManifests/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data11.url !== undefined){
if(typeof data11.url !== "string"){
const err13 = {instancePath:instancePath+"/bootManifests/" + i2+"/url",schemaPath:"#/properties/bootManifests/items/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data11.sha256 !== undefined){
if(typeof data11.sha256 !== "string"){
const err14 = {instancePath:instancePath+"/bootManifests/" + i2+"/sha256",schemaPath:"#/properties/bootManifests/items/properties/sha256/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/bootManifests/" + i2,schemaPath:"#/properties/bootManifests/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
}
else {
const err16 = {instancePath:instancePath+"/bootManifests",schemaPath:"#/properties/bootManifests/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data.initCmd !== undefined){
let data14 = data.initCmd;
if(Array.isArray(data14)){
const len3 = data14.length;
for(let i3=0; i3<len3; i3++){
if(typeof data14[i3] !== "string"){
const err17 = {instancePath:instancePath+"/initCmd/" + i3,schemaPath:"#/properties/initCmd/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
else {
const err18 = {instancePath:instancePath+"/initCmd",schemaPath:"#/properties/initCmd/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.bootCmd !== undefined){
let data16 = data.bootCmd;
if(Array.isArray(data16)){
const len4 = data16.length;
for(let i4=0; i4<len4; i4++){
if(typeof data16[i4] !== "string"){
const err19 = {instancePath:instancePath+"/bootCmd/" + i4,schemaPath:"#/properties/bootCmd/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/bootCmd",schemaPath:"#/properties/bootCmd/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.runCmd !== undefined){
let data18 = data.runCmd;
if(Array.isArray(data18)){
const len5 = data18.length;
for(let i5=0; i5<len5; i5++){
if(typeof data18[i5] !== "string"){
const err21 = {instancePath:instancePath+"/runCmd/" + i5,schemaPath:"#/properties/runCmd/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/runCmd",schemaPath:"#/properties/runCmd/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data.haos !== undefined){
let data20 = data.haos;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
for(const key3 in data20){
if(!(func2.call(schema11.properties.haos.properties, key3))){
const err23 = {instancePath:instancePath+"/haos",schemaPath:"#/properties/haos/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data20.dataSources !== undefined){
let data21 = data20.dataSources;
if(Array.isArray(data21)){
const len6 = data21.length;
for(let i6=0; i6<len6; i6++){
if(typeof data21[i6] !== "string"){
const err24 = {instancePath:instancePath+"/haos/dataSources/" + i6,schemaPath:"#/properties/haos/properties/dataSources/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/haos/dataSources",schemaPath:"#/properties/haos/properties/dataSources/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data20.modules !== undefined){
let data23 = data20.modules;
if(Array.isArray(data23)){
const len7 = data23.length;
for(let i7=0; i7<len7; i7++){
if(typeof data23[i7] !== "string"){
const err26 = {instancePath:instancePath+"/haos/modules/" + i7,schemaPath:"#/properties/haos/properties/modules/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/haos/modules",schemaPath:"#/properties/haos/properties/modules/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data20.sysctls !== undefined){
let data25 = data20.sysctls;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
for(const key4 in data25){
if(typeof data25[key4] !== "string"){
const err28 = {instancePath:instancePath+"/haos/sysctls/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/haos/properties/sysctls/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
}
else {
const err29 = {instancePath:instancePath+"/haos/sysctls",schemaPath:"#/properties/haos/properties/sysctls/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data20.ntpServers !== undefined){
let data27 = data20.ntpServers;
if(Array.isArray(data27)){
const len8 = data27.length;
for(let i8=0; i8<len8; i8++){
if(typeof data27[i8] !== "string"){
const err30 = {instancePath:instancePath+"/haos/ntpServers/" + i8,schemaPath:"#/properties/haos/properties/ntpServers/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/haos/ntpServers",schemaPath:"#/properties/haos/properties/ntpServers/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data20.dnsNameservers !== undefined){
let data29 = data20.dnsNameservers;
if(Array.isArray(data29)){
const len9 = data29.length;
for(let i9=0; i9<len9; i9++){
if(typeof data29[i9] !== "string"){
const err32 = {instancePath:instancePath+"/haos/dnsNameservers/" + i9,schemaPath:"#/properties/haos/properties/dnsNameservers/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
else {
const err33 = {instancePath:instancePath+"/haos/dnsNameservers",schemaPath:"#/properties/haos/properties/dnsNameservers/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data20.wifi !== undefined){
let data31 = data20.wifi;
if(Array.isArray(data31)){
const len10 = data31.length;
for(let i10=0; i10<len10; i10++){
let data32 = data31[i10];
if(data32 && typeof data32 == "object" && !Array.isArray(data32)){
for(const key5 in data32){
if(!((key5 === "name") || (key5 === "passphrase"))){
const err34 = {instancePath:instancePath+"/haos/wifi/" + i10,schemaPath:"#/properties/haos/properties/wifi/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data32.name !== undefined){
if(typeof data32.name !== "string"){
const err35 = {instancePath:instancePath+"/haos/wifi/" + i10+"/name",schemaPath:"#/properties/haos/properties/wifi/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data32.passphrase !== undefined){
if(typeof data32.passphrase !== "string"){
const err36 = {instancePath:instancePath+"/haos/wifi/" + i10+"/passphrase",schemaPath:"#/properties/haos/properties/wifi/items/properties/passphrase/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
else {
const err37 = {instancePath:instancePath+"/haos/wifi/" + i10,schemaPath:"#/properties/haos/properties/wifi/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
}
else {
const err38 = {instancePath:instancePath+"/haos/wifi",schemaPath:"#/properties/haos/properties/wifi/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data20.password !== undefined){
if(typeof data20.password !== "string"){
const err39 = {instancePath:instancePath+"/haos/password",schemaPath:"#/properties/haos/properties/password/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data20.serverUrl !== undefined){
if(typeof data20.serverUrl !== "string"){
const err40 = {instancePath:instancePath+"/haos/serverUrl",schemaPath:"#/properties/haos/properties/serverUrl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data20.token !== undefined){
if(typeof data20.token !== "string"){
const err41 = {instancePath:instancePath+"/haos/token",schemaPath:"#/properties/haos/properties/token/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data20.labels !== undefined){
let data38 = data20.labels;
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
for(const key6 in data38){
if(typeof data38[key6] !== "string"){
const err42 = {instancePath:instancePath+"/haos/labels/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/haos/properties/labels/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/haos/labels",schemaPath:"#/properties/haos/properties/labels/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data20.k3sArgs !== undefined){
let data40 = data20.k3sArgs;
if(Array.isArray(data40)){
const len11 = data40.length;
for(let i11=0; i11<len11; i11++){
if(typeof data40[i11] !== "string"){
const err44 = {instancePath:instancePath+"/haos/k3sArgs/" + i11,schemaPath:"#/properties/haos/properties/k3sArgs/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
}
else {
const err45 = {instancePath:instancePath+"/haos/k3sArgs",schemaPath:"#/properties/haos/properties/k3sArgs/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data20.environment !== undefined){
let data42 = data20.environment;
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
for(const key7 in data42){
if(typeof data42[key7] !== "string"){
const err46 = {instancePath:instancePath+"/haos/environment/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/haos/properties/environment/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
else {
const err47 = {instancePath:instancePath+"/haos/environment",schemaPath:"#/properties/haos/properties/environment/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
if(data20.taints !== undefined){
let data44 = data20.taints;
if(Array.isArray(data44)){
const len12 = data44.length;
for(let i12=0; i12<len12; i12++){
if(typeof data44[i12] !== "string"){
const err48 = {instancePath:instancePath+"/haos/taints/" + i12,schemaPath:"#/properties/haos/properties/taints/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
else {
const err49 = {instancePath:instancePath+"/haos/taints",schemaPath:"#/properties/haos/properties/taints/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data20.install !== undefined){
let data46 = data20.install;
if(data46 && typeof data46 == "object" && !Array.isArray(data46)){
for(const key8 in data46){
if(!(func2.call(schema11.properties.haos.properties.install.properties, key8))){
const err50 = {instancePath:instancePath+"/haos/install",schemaPath:"#/properties/haos/properties/install/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data46.forceEfi !== undefined){
if(typeof data46.forceEfi !== "boolean"){
const err51 = {instancePath:instancePath+"/haos/install/forceEfi",schemaPath:"#/properties/haos/properties/install/properties/forceEfi/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data46.device !== undefined){
if(typeof data46.device !== "string"){
const err52 = {instancePath:instancePath+"/haos/install/device",schemaPath:"#/properties/haos/properties/install/properties/device/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data46.configUrl !== undefined){
if(typeof data46.configUrl !== "string"){
const err53 = {instancePath:instancePath+"/haos/install/configUrl",schemaPath:"#/properties/haos/properties/install/properties/configUrl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data46.silent !== undefined){
if(typeof data46.silent !== "boolean"){
const err54 = {instancePath:instancePath+"/haos/install/silent",schemaPath:"#/properties/haos/properties/install/properties/silent/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data46.isoUrl !== undefined){
if(typeof data46.isoUrl !== "string"){
const err55 = {instancePath:instancePath+"/haos/install/isoUrl",schemaPath:"#/properties/haos/properties/install/properties/isoUrl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data46.powerOff !== undefined){
if(typeof data46.powerOff !== "boolean"){
const err56 = {instancePath:instancePath+"/haos/install/powerOff",schemaPath:"#/properties/haos/properties/install/properties/powerOff/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data46.noFormat !== undefined){
if(typeof data46.noFormat !== "boolean"){
const err57 = {instancePath:instancePath+"/haos/install/noFormat",schemaPath:"#/properties/haos/properties/install/properties/noFormat/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data46.debug !== undefined){
if(typeof data46.debug !== "boolean"){
const err58 = {instancePath:instancePath+"/haos/install/debug",schemaPath:"#/properties/haos/properties/install/properties/debug/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
if(data46.tty !== undefined){
if(typeof data46.tty !== "string"){
const err59 = {instancePath:instancePath+"/haos/install/tty",schemaPath:"#/properties/haos/properties/install/properties/tty/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
}
else {
const err60 = {instancePath:instancePath+"/haos/install",schemaPath:"#/properties/haos/properties/install/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
else {
const err61 = {instancePath:instancePath+"/haos",schemaPath:"#/properties/haos/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
}
else {
const err62 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
