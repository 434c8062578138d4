// @ts-nocheck
// Generated from src/schema.ts by `npm run generate`: ajv's standalone code, so that no start
// compiles a schema; do not edit.

/** Whether a merged configuration has the right types; if not, `errors` tells where. */
export const validateConfig: ((data: unknown) => boolean) & { errors?: { instancePath: string }[] | null } = validate21;

const schema6 = {"type":"object","properties":{"sshAuthorizedKeys":{"$ref":"#/definitions/strings"},"writeFiles":{"type":"array","items":{"type":"object","properties":{"encoding":{"$ref":"#/definitions/string"},"content":{"$ref":"#/definitions/string"},"owner":{"$ref":"#/definitions/string"},"path":{"$ref":"#/definitions/string"},"permissions":{"$ref":"#/definitions/string"}}}},"hostname":{"$ref":"#/definitions/string"},"bootManifests":{"type":"array","items":{"type":"object","properties":{"url":{"$ref":"#/definitions/string"},"sha256":{"$ref":"#/definitions/string"}}}},"initCmd":{"$ref":"#/definitions/strings"},"bootCmd":{"$ref":"#/definitions/strings"},"runCmd":{"$ref":"#/definitions/strings"},"haos":{"type":"object","properties":{"dataSources":{"$ref":"#/definitions/strings"},"modules":{"$ref":"#/definitions/strings"},"sysctls":{"$ref":"#/definitions/string-map"},"hardening":{"$ref":"#/definitions/string"},"timezone":{"$ref":"#/definitions/string"},"keyboard":{"$ref":"#/definitions/string"},"network":{"type":"array","items":{"type":"object","properties":{"interface":{"$ref":"#/definitions/string"},"mac":{"$ref":"#/definitions/string"},"addresses":{"$ref":"#/definitions/strings"},"gateways":{"$ref":"#/definitions/strings"},"nameservers":{"$ref":"#/definitions/strings"},"searchDomains":{"$ref":"#/definitions/strings"},"ipv4":{"$ref":"#/definitions/string"},"ipv6":{"$ref":"#/definitions/string"},"routes":{"$ref":"#/definitions/strings"},"mtu":{"$ref":"#/definitions/string"},"vlan":{"$ref":"#/definitions/string"},"parent":{"$ref":"#/definitions/string"},"bond":{"$ref":"#/definitions/strings"},"bondMode":{"$ref":"#/definitions/string"},"bondOptions":{"$ref":"#/definitions/strings"}}}},"ntpServers":{"$ref":"#/definitions/strings"},"dnsNameservers":{"$ref":"#/definitions/strings"},"wifi":{"type":"array","items":{"type":"object","properties":{"name":{"$ref":"#/definitions/string"},"passphrase":{"$ref":"#/definitions/string"}}}},"mounts":{"type":"array","items":{"type":"object","properties":{"device":{"$ref":"#/definitions/string"},"path":{"$ref":"#/definitions/string"},"type":{"$ref":"#/definitions/string"},"options":{"$ref":"#/definitions/strings"}}}},"password":{"$ref":"#/definitions/string"},"ssh":{"type":"object","properties":{"passwordAuthentication":{"$ref":"#/definitions/boolean"},"allowUsers":{"$ref":"#/definitions/strings"}}},"serverUrl":{"$ref":"#/definitions/string"},"token":{"$ref":"#/definitions/string"},"labels":{"$ref":"#/definitions/string-map"},"k3sArgs":{"$ref":"#/definitions/strings"},"environment":{"$ref":"#/definitions/string-map"},"taints":{"$ref":"#/definitions/strings"},"upgrade":{"type":"object","properties":{"channel":{"$ref":"#/definitions/string"},"version":{"$ref":"#/definitions/string"},"image":{"$ref":"#/definitions/string"}}},"operator":{"$ref":"#/definitions/boolean"},"install":{"type":"object","properties":{"forceEfi":{"$ref":"#/definitions/boolean"},"bootImage":{"$ref":"#/definitions/string"},"device":{"$ref":"#/definitions/string"},"configUrl":{"$ref":"#/definitions/string"},"silent":{"$ref":"#/definitions/boolean"},"isoUrl":{"$ref":"#/definitions/string"},"isoSha256":{"$ref":"#/definitions/string"},"kernel":{"$ref":"#/definitions/string"},"powerOff":{"$ref":"#/definitions/boolean"},"noFormat":{"$ref":"#/definitions/boolean"},"encrypt":{"$ref":"#/definitions/string"},"passphraseFile":{"$ref":"#/definitions/string"},"debug":{"$ref":"#/definitions/boolean"},"tty":{"$ref":"#/definitions/string"}}}}}},"definitions":{"string":{"type":"string"},"boolean":{"type":"boolean"},"strings":{"type":"array","items":{"type":"string"}},"string-map":{"type":"object","additionalProperties":{"type":"string"}}}};
const schema7 = {"type":"array","items":{"type":"string"}};

function validate22(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(Array.isArray(data)){
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
if(typeof data[i0] !== "string"){
const err0 = {instancePath:instancePath+"/" + i0,schemaPath:"#/items/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate22.errors = vErrors;
return errors === 0;
}

const schema8 = {"type":"string"};

function validate24(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "string"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
validate24.errors = vErrors;
return errors === 0;
}

const schema9 = {"type":"object","additionalProperties":{"type":"string"}};

function validate38(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(typeof data[key0] !== "string"){
const err0 = {instancePath:instancePath+"/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/additionalProperties/type",keyword:"type",params:{type: "string"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
}
else {
const err1 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
validate38.errors = vErrors;
return errors === 0;
}

const schema10 = {"type":"boolean"};

function validate67(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(typeof data !== "boolean"){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "boolean"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
validate67.errors = vErrors;
return errors === 0;
}


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.sshAuthorizedKeys !== undefined){
if(!(validate22(data.sshAuthorizedKeys, {instancePath:instancePath+"/sshAuthorizedKeys"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.writeFiles !== undefined){
let data1 = data.writeFiles;
if(Array.isArray(data1)){
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.encoding !== undefined){
if(!(validate24(data2.encoding, {instancePath:instancePath+"/writeFiles/" + i0+"/encoding"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.content !== undefined){
if(!(validate24(data2.content, {instancePath:instancePath+"/writeFiles/" + i0+"/content"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.owner !== undefined){
if(!(validate24(data2.owner, {instancePath:instancePath+"/writeFiles/" + i0+"/owner"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.path !== undefined){
if(!(validate24(data2.path, {instancePath:instancePath+"/writeFiles/" + i0+"/path"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.permissions !== undefined){
if(!(validate24(data2.permissions, {instancePath:instancePath+"/writeFiles/" + i0+"/permissions"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
}
else {
const err0 = {instancePath:instancePath+"/writeFiles/" + i0,schemaPath:"#/properties/writeFiles/items/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
}
else {
const err1 = {instancePath:instancePath+"/writeFiles",schemaPath:"#/properties/writeFiles/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.hostname !== undefined){
if(!(validate24(data.hostname, {instancePath:instancePath+"/hostname"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data.bootManifests !== undefined){
let data9 = data.bootManifests;
if(Array.isArray(data9)){
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
let data10 = data9[i1];
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.url !== undefined){
if(!(validate24(data10.url, {instancePath:instancePath+"/bootManifests/" + i1+"/url"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data10.sha256 !== undefined){
if(!(validate24(data10.sha256, {instancePath:instancePath+"/bootManifests/" + i1+"/sha256"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
}
else {
const err2 = {instancePath:instancePath+"/bootManifests/" + i1,schemaPath:"#/properties/bootManifests/items/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
}
else {
const err3 = {instancePath:instancePath+"/bootManifests",schemaPath:"#/properties/bootManifests/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.initCmd !== undefined){
if(!(validate22(data.initCmd, {instancePath:instancePath+"/initCmd"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.bootCmd !== undefined){
if(!(validate22(data.bootCmd, {instancePath:instancePath+"/bootCmd"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.runCmd !== undefined){
if(!(validate22(data.runCmd, {instancePath:instancePath+"/runCmd"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.haos !== undefined){
let data16 = data.haos;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.dataSources !== undefined){
if(!(validate22(data16.dataSources, {instancePath:instancePath+"/haos/dataSources"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.modules !== undefined){
if(!(validate22(data16.modules, {instancePath:instancePath+"/haos/modules"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.sysctls !== undefined){
if(!(validate38(data16.sysctls, {instancePath:instancePath+"/haos/sysctls"}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.hardening !== undefined){
if(!(validate24(data16.hardening, {instancePath:instancePath+"/haos/hardening"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.timezone !== undefined){
if(!(validate24(data16.timezone, {instancePath:instancePath+"/haos/timezone"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.keyboard !== undefined){
if(!(validate24(data16.keyboard, {instancePath:instancePath+"/haos/keyboard"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.network !== undefined){
let data23 = data16.network;
if(Array.isArray(data23)){
const len2 = data23.length;
for(let i2=0; i2<len2; i2++){
let data24 = data23[i2];
if(data24 && typeof data24 == "object" && !Array.isArray(data24)){
if(data24.interface !== undefined){
if(!(validate24(data24.interface, {instancePath:instancePath+"/haos/network/" + i2+"/interface"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.mac !== undefined){
if(!(validate24(data24.mac, {instancePath:instancePath+"/haos/network/" + i2+"/mac"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.addresses !== undefined){
if(!(validate22(data24.addresses, {instancePath:instancePath+"/haos/network/" + i2+"/addresses"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.gateways !== undefined){
if(!(validate22(data24.gateways, {instancePath:instancePath+"/haos/network/" + i2+"/gateways"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.nameservers !== undefined){
if(!(validate22(data24.nameservers, {instancePath:instancePath+"/haos/network/" + i2+"/nameservers"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.searchDomains !== undefined){
if(!(validate22(data24.searchDomains, {instancePath:instancePath+"/haos/network/" + i2+"/searchDomains"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.ipv4 !== undefined){
if(!(validate24(data24.ipv4, {instancePath:instancePath+"/haos/network/" + i2+"/ipv4"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.ipv6 !== undefined){
if(!(validate24(data24.ipv6, {instancePath:instancePath+"/haos/network/" + i2+"/ipv6"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.routes !== undefined){
if(!(validate22(data24.routes, {instancePath:instancePath+"/haos/network/" + i2+"/routes"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.mtu !== undefined){
if(!(validate24(data24.mtu, {instancePath:instancePath+"/haos/network/" + i2+"/mtu"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.vlan !== undefined){
if(!(validate24(data24.vlan, {instancePath:instancePath+"/haos/network/" + i2+"/vlan"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.parent !== undefined){
if(!(validate24(data24.parent, {instancePath:instancePath+"/haos/network/" + i2+"/parent"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.bond !== undefined){
if(!(validate22(data24.bond, {instancePath:instancePath+"/haos/network/" + i2+"/bond"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data24.bondMode !== undefined){
if(!(validate24(data24.bondMode, {instancePath:instancePath+"/haos/network/" + i2+"/bondMode"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data24.bondOptions !== undefined){
if(!(validate22(data24.bondOptions, {instancePath:instancePath+"/haos/network/" + i2+"/bondOptions"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err4 = {instancePath:instancePath+"/haos/network/" + i2,schemaPath:"#/properties/haos/properties/network/items/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
}
else {
const err5 = {instancePath:instancePath+"/haos/network",schemaPath:"#/properties/haos/properties/network/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data16.ntpServers !== undefined){
if(!(validate22(data16.ntpServers, {instancePath:instancePath+"/haos/ntpServers"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.dnsNameservers !== undefined){
if(!(validate22(data16.dnsNameservers, {instancePath:instancePath+"/haos/dnsNameservers"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.wifi !== undefined){
let data42 = data16.wifi;
if(Array.isArray(data42)){
const len3 = data42.length;
for(let i3=0; i3<len3; i3++){
let data43 = data42[i3];
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
if(data43.name !== undefined){
if(!(validate24(data43.name, {instancePath:instancePath+"/haos/wifi/" + i3+"/name"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data43.passphrase !== undefined){
if(!(validate24(data43.passphrase, {instancePath:instancePath+"/haos/wifi/" + i3+"/passphrase"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
}
else {
const err6 = {instancePath:instancePath+"/haos/wifi/" + i3,schemaPath:"#/properties/haos/properties/wifi/items/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
}
else {
const err7 = {instancePath:instancePath+"/haos/wifi",schemaPath:"#/properties/haos/properties/wifi/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data16.mounts !== undefined){
let data46 = data16.mounts;
if(Array.isArray(data46)){
const len4 = data46.length;
for(let i4=0; i4<len4; i4++){
let data47 = data46[i4];
if(data47 && typeof data47 == "object" && !Array.isArray(data47)){
if(data47.device !== undefined){
if(!(validate24(data47.device, {instancePath:instancePath+"/haos/mounts/" + i4+"/device"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data47.path !== undefined){
if(!(validate24(data47.path, {instancePath:instancePath+"/haos/mounts/" + i4+"/path"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data47.type !== undefined){
if(!(validate24(data47.type, {instancePath:instancePath+"/haos/mounts/" + i4+"/type"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data47.options !== undefined){
if(!(validate22(data47.options, {instancePath:instancePath+"/haos/mounts/" + i4+"/options"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err8 = {instancePath:instancePath+"/haos/mounts/" + i4,schemaPath:"#/properties/haos/properties/mounts/items/type",keyword:"type",params:{type: "object"}};
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
const err9 = {instancePath:instancePath+"/haos/mounts",schemaPath:"#/properties/haos/properties/mounts/type",keyword:"type",params:{type: "array"}};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data16.password !== undefined){
if(!(validate24(data16.password, {instancePath:instancePath+"/haos/password"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.ssh !== undefined){
let data53 = data16.ssh;
if(data53 && typeof data53 == "object" && !Array.isArray(data53)){
if(data53.passwordAuthentication !== undefined){
if(!(validate67(data53.passwordAuthentication, {instancePath:instancePath+"/haos/ssh/passwordAuthentication"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data53.allowUsers !== undefined){
if(!(validate22(data53.allowUsers, {instancePath:instancePath+"/haos/ssh/allowUsers"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
}
else {
const err10 = {instancePath:instancePath+"/haos/ssh",schemaPath:"#/properties/haos/properties/ssh/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data16.serverUrl !== undefined){
if(!(validate24(data16.serverUrl, {instancePath:instancePath+"/haos/serverUrl"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.token !== undefined){
if(!(validate24(data16.token, {instancePath:instancePath+"/haos/token"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.labels !== undefined){
if(!(validate38(data16.labels, {instancePath:instancePath+"/haos/labels"}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.k3sArgs !== undefined){
if(!(validate22(data16.k3sArgs, {instancePath:instancePath+"/haos/k3sArgs"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.environment !== undefined){
if(!(validate38(data16.environment, {instancePath:instancePath+"/haos/environment"}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.taints !== undefined){
if(!(validate22(data16.taints, {instancePath:instancePath+"/haos/taints"}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.upgrade !== undefined){
let data62 = data16.upgrade;
if(data62 && typeof data62 == "object" && !Array.isArray(data62)){
if(data62.channel !== undefined){
if(!(validate24(data62.channel, {instancePath:instancePath+"/haos/upgrade/channel"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data62.version !== undefined){
if(!(validate24(data62.version, {instancePath:instancePath+"/haos/upgrade/version"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data62.image !== undefined){
if(!(validate24(data62.image, {instancePath:instancePath+"/haos/upgrade/image"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
}
else {
const err11 = {instancePath:instancePath+"/haos/upgrade",schemaPath:"#/properties/haos/properties/upgrade/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data16.operator !== undefined){
if(!(validate67(data16.operator, {instancePath:instancePath+"/haos/operator"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data16.install !== undefined){
let data67 = data16.install;
if(data67 && typeof data67 == "object" && !Array.isArray(data67)){
if(data67.forceEfi !== undefined){
if(!(validate67(data67.forceEfi, {instancePath:instancePath+"/haos/install/forceEfi"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data67.bootImage !== undefined){
if(!(validate24(data67.bootImage, {instancePath:instancePath+"/haos/install/bootImage"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.device !== undefined){
if(!(validate24(data67.device, {instancePath:instancePath+"/haos/install/device"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.configUrl !== undefined){
if(!(validate24(data67.configUrl, {instancePath:instancePath+"/haos/install/configUrl"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.silent !== undefined){
if(!(validate67(data67.silent, {instancePath:instancePath+"/haos/install/silent"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data67.isoUrl !== undefined){
if(!(validate24(data67.isoUrl, {instancePath:instancePath+"/haos/install/isoUrl"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.isoSha256 !== undefined){
if(!(validate24(data67.isoSha256, {instancePath:instancePath+"/haos/install/isoSha256"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.kernel !== undefined){
if(!(validate24(data67.kernel, {instancePath:instancePath+"/haos/install/kernel"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.powerOff !== undefined){
if(!(validate67(data67.powerOff, {instancePath:instancePath+"/haos/install/powerOff"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data67.noFormat !== undefined){
if(!(validate67(data67.noFormat, {instancePath:instancePath+"/haos/install/noFormat"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data67.encrypt !== undefined){
if(!(validate24(data67.encrypt, {instancePath:instancePath+"/haos/install/encrypt"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.passphraseFile !== undefined){
if(!(validate24(data67.passphraseFile, {instancePath:instancePath+"/haos/install/passphraseFile"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data67.debug !== undefined){
if(!(validate67(data67.debug, {instancePath:instancePath+"/haos/install/debug"}))){
vErrors = vErrors === null ? validate67.errors : vErrors.concat(validate67.errors);
errors = vErrors.length;
}
}
if(data67.tty !== undefined){
if(!(validate24(data67.tty, {instancePath:instancePath+"/haos/install/tty"}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
}
else {
const err12 = {instancePath:instancePath+"/haos/install",schemaPath:"#/properties/haos/properties/install/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
}
else {
const err13 = {instancePath:instancePath+"/haos",schemaPath:"#/properties/haos/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"}};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
validate21.errors = vErrors;
return errors === 0;
}
