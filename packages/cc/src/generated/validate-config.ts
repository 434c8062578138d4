// @ts-nocheck
// Generated from src/schema.ts by `npm run generate`: ajv's standalone code, so that no start
// compiles a schema; do not edit.

/** Whether a merged configuration has the right types; if not, `errors` tells where. */
export const validateConfig: ((data: unknown) => boolean) & { errors?: { instancePath: string }[] | null } = validate21;

const schema6 = {"type":"object","properties":{"sshAuthorizedKeys":{"$ref":"#/definitions/strings"},"writeFiles":{"type":"array","items":{"type":"object","properties":{"encoding":{"$ref":"#/definitions/string"},"content":{"$ref":"#/definitions/string"},"owner":{"$ref":"#/definitions/string"},"path":{"$ref":"#/definitions/string"},"permissions":{"$ref":"#/definitions/string"}}}},"hostname":{"$ref":"#/definitions/string"},"bootManifests":{"type":"array","items":{"type":"object","properties":{"url":{"$ref":"#/definitions/string"},"sha256":{"$ref":"#/definitions/string"}}}},"initCmd":{"$ref":"#/definitions/strings"},"bootCmd":{"$ref":"#/definitions/strings"},"runCmd":{"$ref":"#/definitions/strings"},"haos":{"type":"object","properties":{"dataSources":{"$ref":"#/definitions/strings"},"modules":{"$ref":"#/definitions/strings"},"sysctls":{"$ref":"#/definitions/string-map"},"timezone":{"$ref":"#/definitions/string"},"keyboard":{"$ref":"#/definitions/string"},"network":{"type":"array","items":{"type":"object","properties":{"interface":{"$ref":"#/definitions/string"},"mac":{"$ref":"#/definitions/string"},"addresses":{"$ref":"#/definitions/strings"},"gateways":{"$ref":"#/definitions/strings"},"nameservers":{"$ref":"#/definitions/strings"},"searchDomains":{"$ref":"#/definitions/strings"},"ipv4":{"$ref":"#/definitions/string"},"ipv6":{"$ref":"#/definitions/string"},"routes":{"$ref":"#/definitions/strings"},"mtu":{"$ref":"#/definitions/string"},"vlan":{"$ref":"#/definitions/string"},"parent":{"$ref":"#/definitions/string"},"bond":{"$ref":"#/definitions/strings"},"bondMode":{"$ref":"#/definitions/string"},"bondOptions":{"$ref":"#/definitions/strings"}}}},"ntpServers":{"$ref":"#/definitions/strings"},"dnsNameservers":{"$ref":"#/definitions/strings"},"wifi":{"type":"array","items":{"type":"object","properties":{"name":{"$ref":"#/definitions/string"},"passphrase":{"$ref":"#/definitions/string"}}}},"mounts":{"type":"array","items":{"type":"object","properties":{"device":{"$ref":"#/definitions/string"},"path":{"$ref":"#/definitions/string"},"type":{"$ref":"#/definitions/string"},"options":{"$ref":"#/definitions/strings"}}}},"password":{"$ref":"#/definitions/string"},"ssh":{"type":"object","properties":{"passwordAuthentication":{"$ref":"#/definitions/boolean"},"allowUsers":{"$ref":"#/definitions/strings"}}},"serverUrl":{"$ref":"#/definitions/string"},"token":{"$ref":"#/definitions/string"},"labels":{"$ref":"#/definitions/string-map"},"k3sArgs":{"$ref":"#/definitions/strings"},"environment":{"$ref":"#/definitions/string-map"},"taints":{"$ref":"#/definitions/strings"},"upgrade":{"type":"object","properties":{"channel":{"$ref":"#/definitions/string"},"version":{"$ref":"#/definitions/string"},"image":{"$ref":"#/definitions/string"}}},"operator":{"$ref":"#/definitions/boolean"},"install":{"type":"object","properties":{"forceEfi":{"$ref":"#/definitions/boolean"},"device":{"$ref":"#/definitions/string"},"configUrl":{"$ref":"#/definitions/string"},"silent":{"$ref":"#/definitions/boolean"},"isoUrl":{"$ref":"#/definitions/string"},"isoSha256":{"$ref":"#/definitions/string"},"kernel":{"$ref":"#/definitions/string"},"powerOff":{"$ref":"#/definitions/boolean"},"noFormat":{"$ref":"#/definitions/boolean"},"debug":{"$ref":"#/definitions/boolean"},"tty":{"$ref":"#/definitions/string"}}}}}},"definitions":{"string":{"type":"string"},"boolean":{"type":"boolean"},"strings":{"type":"array","items":{"type":"string"}},"string-map":{"type":"object","additionalProperties":{"type":"string"}}}};
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

function validate66(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
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
validate66.errors = vErrors;
return errors === 0;
}


function validate21(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.sshAuthorizedKeys !== undefined){
if(!(validate22(data.sshAuthorizedKeys, {instancePath:instancePath+"/sshAuthorizedKeys",parentData:data,parentDataProperty:"sshAuthorizedKeys",rootData}))){
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
if(!(validate24(data2.encoding, {instancePath:instancePath+"/writeFiles/" + i0+"/encoding",parentData:data2,parentDataProperty:"encoding",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.content !== undefined){
if(!(validate24(data2.content, {instancePath:instancePath+"/writeFiles/" + i0+"/content",parentData:data2,parentDataProperty:"content",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.owner !== undefined){
if(!(validate24(data2.owner, {instancePath:instancePath+"/writeFiles/" + i0+"/owner",parentData:data2,parentDataProperty:"owner",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.path !== undefined){
if(!(validate24(data2.path, {instancePath:instancePath+"/writeFiles/" + i0+"/path",parentData:data2,parentDataProperty:"path",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data2.permissions !== undefined){
if(!(validate24(data2.permissions, {instancePath:instancePath+"/writeFiles/" + i0+"/permissions",parentData:data2,parentDataProperty:"permissions",rootData}))){
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
if(!(validate24(data.hostname, {instancePath:instancePath+"/hostname",parentData:data,parentDataProperty:"hostname",rootData}))){
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
if(!(validate24(data10.url, {instancePath:instancePath+"/bootManifests/" + i1+"/url",parentData:data10,parentDataProperty:"url",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data10.sha256 !== undefined){
if(!(validate24(data10.sha256, {instancePath:instancePath+"/bootManifests/" + i1+"/sha256",parentData:data10,parentDataProperty:"sha256",rootData}))){
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
if(!(validate22(data.initCmd, {instancePath:instancePath+"/initCmd",parentData:data,parentDataProperty:"initCmd",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.bootCmd !== undefined){
if(!(validate22(data.bootCmd, {instancePath:instancePath+"/bootCmd",parentData:data,parentDataProperty:"bootCmd",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.runCmd !== undefined){
if(!(validate22(data.runCmd, {instancePath:instancePath+"/runCmd",parentData:data,parentDataProperty:"runCmd",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data.haos !== undefined){
let data16 = data.haos;
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(data16.dataSources !== undefined){
if(!(validate22(data16.dataSources, {instancePath:instancePath+"/haos/dataSources",parentData:data16,parentDataProperty:"dataSources",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.modules !== undefined){
if(!(validate22(data16.modules, {instancePath:instancePath+"/haos/modules",parentData:data16,parentDataProperty:"modules",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.sysctls !== undefined){
if(!(validate38(data16.sysctls, {instancePath:instancePath+"/haos/sysctls",parentData:data16,parentDataProperty:"sysctls",rootData}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.timezone !== undefined){
if(!(validate24(data16.timezone, {instancePath:instancePath+"/haos/timezone",parentData:data16,parentDataProperty:"timezone",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.keyboard !== undefined){
if(!(validate24(data16.keyboard, {instancePath:instancePath+"/haos/keyboard",parentData:data16,parentDataProperty:"keyboard",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.network !== undefined){
let data22 = data16.network;
if(Array.isArray(data22)){
const len2 = data22.length;
for(let i2=0; i2<len2; i2++){
let data23 = data22[i2];
if(data23 && typeof data23 == "object" && !Array.isArray(data23)){
if(data23.interface !== undefined){
if(!(validate24(data23.interface, {instancePath:instancePath+"/haos/network/" + i2+"/interface",parentData:data23,parentDataProperty:"interface",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.mac !== undefined){
if(!(validate24(data23.mac, {instancePath:instancePath+"/haos/network/" + i2+"/mac",parentData:data23,parentDataProperty:"mac",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.addresses !== undefined){
if(!(validate22(data23.addresses, {instancePath:instancePath+"/haos/network/" + i2+"/addresses",parentData:data23,parentDataProperty:"addresses",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.gateways !== undefined){
if(!(validate22(data23.gateways, {instancePath:instancePath+"/haos/network/" + i2+"/gateways",parentData:data23,parentDataProperty:"gateways",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.nameservers !== undefined){
if(!(validate22(data23.nameservers, {instancePath:instancePath+"/haos/network/" + i2+"/nameservers",parentData:data23,parentDataProperty:"nameservers",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.searchDomains !== undefined){
if(!(validate22(data23.searchDomains, {instancePath:instancePath+"/haos/network/" + i2+"/searchDomains",parentData:data23,parentDataProperty:"searchDomains",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.ipv4 !== undefined){
if(!(validate24(data23.ipv4, {instancePath:instancePath+"/haos/network/" + i2+"/ipv4",parentData:data23,parentDataProperty:"ipv4",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.ipv6 !== undefined){
if(!(validate24(data23.ipv6, {instancePath:instancePath+"/haos/network/" + i2+"/ipv6",parentData:data23,parentDataProperty:"ipv6",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.routes !== undefined){
if(!(validate22(data23.routes, {instancePath:instancePath+"/haos/network/" + i2+"/routes",parentData:data23,parentDataProperty:"routes",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.mtu !== undefined){
if(!(validate24(data23.mtu, {instancePath:instancePath+"/haos/network/" + i2+"/mtu",parentData:data23,parentDataProperty:"mtu",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.vlan !== undefined){
if(!(validate24(data23.vlan, {instancePath:instancePath+"/haos/network/" + i2+"/vlan",parentData:data23,parentDataProperty:"vlan",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.parent !== undefined){
if(!(validate24(data23.parent, {instancePath:instancePath+"/haos/network/" + i2+"/parent",parentData:data23,parentDataProperty:"parent",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.bond !== undefined){
if(!(validate22(data23.bond, {instancePath:instancePath+"/haos/network/" + i2+"/bond",parentData:data23,parentDataProperty:"bond",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data23.bondMode !== undefined){
if(!(validate24(data23.bondMode, {instancePath:instancePath+"/haos/network/" + i2+"/bondMode",parentData:data23,parentDataProperty:"bondMode",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data23.bondOptions !== undefined){
if(!(validate22(data23.bondOptions, {instancePath:instancePath+"/haos/network/" + i2+"/bondOptions",parentData:data23,parentDataProperty:"bondOptions",rootData}))){
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
if(!(validate22(data16.ntpServers, {instancePath:instancePath+"/haos/ntpServers",parentData:data16,parentDataProperty:"ntpServers",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.dnsNameservers !== undefined){
if(!(validate22(data16.dnsNameservers, {instancePath:instancePath+"/haos/dnsNameservers",parentData:data16,parentDataProperty:"dnsNameservers",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.wifi !== undefined){
let data41 = data16.wifi;
if(Array.isArray(data41)){
const len3 = data41.length;
for(let i3=0; i3<len3; i3++){
let data42 = data41[i3];
if(data42 && typeof data42 == "object" && !Array.isArray(data42)){
if(data42.name !== undefined){
if(!(validate24(data42.name, {instancePath:instancePath+"/haos/wifi/" + i3+"/name",parentData:data42,parentDataProperty:"name",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data42.passphrase !== undefined){
if(!(validate24(data42.passphrase, {instancePath:instancePath+"/haos/wifi/" + i3+"/passphrase",parentData:data42,parentDataProperty:"passphrase",rootData}))){
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
let data45 = data16.mounts;
if(Array.isArray(data45)){
const len4 = data45.length;
for(let i4=0; i4<len4; i4++){
let data46 = data45[i4];
if(data46 && typeof data46 == "object" && !Array.isArray(data46)){
if(data46.device !== undefined){
if(!(validate24(data46.device, {instancePath:instancePath+"/haos/mounts/" + i4+"/device",parentData:data46,parentDataProperty:"device",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data46.path !== undefined){
if(!(validate24(data46.path, {instancePath:instancePath+"/haos/mounts/" + i4+"/path",parentData:data46,parentDataProperty:"path",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data46.type !== undefined){
if(!(validate24(data46.type, {instancePath:instancePath+"/haos/mounts/" + i4+"/type",parentData:data46,parentDataProperty:"type",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data46.options !== undefined){
if(!(validate22(data46.options, {instancePath:instancePath+"/haos/mounts/" + i4+"/options",parentData:data46,parentDataProperty:"options",rootData}))){
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
if(!(validate24(data16.password, {instancePath:instancePath+"/haos/password",parentData:data16,parentDataProperty:"password",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.ssh !== undefined){
let data52 = data16.ssh;
if(data52 && typeof data52 == "object" && !Array.isArray(data52)){
if(data52.passwordAuthentication !== undefined){
if(!(validate66(data52.passwordAuthentication, {instancePath:instancePath+"/haos/ssh/passwordAuthentication",parentData:data52,parentDataProperty:"passwordAuthentication",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data52.allowUsers !== undefined){
if(!(validate22(data52.allowUsers, {instancePath:instancePath+"/haos/ssh/allowUsers",parentData:data52,parentDataProperty:"allowUsers",rootData}))){
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
if(!(validate24(data16.serverUrl, {instancePath:instancePath+"/haos/serverUrl",parentData:data16,parentDataProperty:"serverUrl",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.token !== undefined){
if(!(validate24(data16.token, {instancePath:instancePath+"/haos/token",parentData:data16,parentDataProperty:"token",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data16.labels !== undefined){
if(!(validate38(data16.labels, {instancePath:instancePath+"/haos/labels",parentData:data16,parentDataProperty:"labels",rootData}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.k3sArgs !== undefined){
if(!(validate22(data16.k3sArgs, {instancePath:instancePath+"/haos/k3sArgs",parentData:data16,parentDataProperty:"k3sArgs",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.environment !== undefined){
if(!(validate38(data16.environment, {instancePath:instancePath+"/haos/environment",parentData:data16,parentDataProperty:"environment",rootData}))){
vErrors = vErrors === null ? validate38.errors : vErrors.concat(validate38.errors);
errors = vErrors.length;
}
}
if(data16.taints !== undefined){
if(!(validate22(data16.taints, {instancePath:instancePath+"/haos/taints",parentData:data16,parentDataProperty:"taints",rootData}))){
vErrors = vErrors === null ? validate22.errors : vErrors.concat(validate22.errors);
errors = vErrors.length;
}
}
if(data16.upgrade !== undefined){
let data61 = data16.upgrade;
if(data61 && typeof data61 == "object" && !Array.isArray(data61)){
if(data61.channel !== undefined){
if(!(validate24(data61.channel, {instancePath:instancePath+"/haos/upgrade/channel",parentData:data61,parentDataProperty:"channel",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data61.version !== undefined){
if(!(validate24(data61.version, {instancePath:instancePath+"/haos/upgrade/version",parentData:data61,parentDataProperty:"version",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data61.image !== undefined){
if(!(validate24(data61.image, {instancePath:instancePath+"/haos/upgrade/image",parentData:data61,parentDataProperty:"image",rootData}))){
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
if(!(validate66(data16.operator, {instancePath:instancePath+"/haos/operator",parentData:data16,parentDataProperty:"operator",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data16.install !== undefined){
let data66 = data16.install;
if(data66 && typeof data66 == "object" && !Array.isArray(data66)){
if(data66.forceEfi !== undefined){
if(!(validate66(data66.forceEfi, {instancePath:instancePath+"/haos/install/forceEfi",parentData:data66,parentDataProperty:"forceEfi",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data66.device !== undefined){
if(!(validate24(data66.device, {instancePath:instancePath+"/haos/install/device",parentData:data66,parentDataProperty:"device",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data66.configUrl !== undefined){
if(!(validate24(data66.configUrl, {instancePath:instancePath+"/haos/install/configUrl",parentData:data66,parentDataProperty:"configUrl",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data66.silent !== undefined){
if(!(validate66(data66.silent, {instancePath:instancePath+"/haos/install/silent",parentData:data66,parentDataProperty:"silent",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data66.isoUrl !== undefined){
if(!(validate24(data66.isoUrl, {instancePath:instancePath+"/haos/install/isoUrl",parentData:data66,parentDataProperty:"isoUrl",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data66.isoSha256 !== undefined){
if(!(validate24(data66.isoSha256, {instancePath:instancePath+"/haos/install/isoSha256",parentData:data66,parentDataProperty:"isoSha256",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data66.kernel !== undefined){
if(!(validate24(data66.kernel, {instancePath:instancePath+"/haos/install/kernel",parentData:data66,parentDataProperty:"kernel",rootData}))){
vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
errors = vErrors.length;
}
}
if(data66.powerOff !== undefined){
if(!(validate66(data66.powerOff, {instancePath:instancePath+"/haos/install/powerOff",parentData:data66,parentDataProperty:"powerOff",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data66.noFormat !== undefined){
if(!(validate66(data66.noFormat, {instancePath:instancePath+"/haos/install/noFormat",parentData:data66,parentDataProperty:"noFormat",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data66.debug !== undefined){
if(!(validate66(data66.debug, {instancePath:instancePath+"/haos/install/debug",parentData:data66,parentDataProperty:"debug",rootData}))){
vErrors = vErrors === null ? validate66.errors : vErrors.concat(validate66.errors);
errors = vErrors.length;
}
}
if(data66.tty !== undefined){
if(!(validate24(data66.tty, {instancePath:instancePath+"/haos/install/tty",parentData:data66,parentDataProperty:"tty",rootData}))){
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
