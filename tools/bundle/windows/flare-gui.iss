; Inno Setup's recipe: an installer for one user, without an administrator. Not tried.
; After `python -m tools.bundle`: iscc /DVersion=0.1.0 tools\bundle\windows\flare-gui.iss
; The endings are those of tools/bundle/file_types.py; a test compares the two.

[Setup]
AppName=flare-gui
AppVersion={#Version}
AppId={{7C1E5F0A-6C1B-4C55-9E0B-5B7C6B1F2A34}
DefaultDirName={autopf}\flare-gui
DefaultGroupName=flare-gui
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
LicenseFile=..\..\..\LICENSE
OutputDir=..\..\..\dist
OutputBaseFilename=flare-gui-{#Version}-windows-x86_64-setup
UninstallDisplayIcon={app}\flare-gui.exe
Compression=lzma2
SolidCompression=yes

[Files]
Source: "..\..\..\build\bundle\flare-gui\*"; DestDir: "{app}"; Flags: recursesubdirs

[Icons]
Name: "{group}\flare-gui"; Filename: "{app}\flare-gui.exe"

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\flare-gui.exe"" ""%1"""; Flags: uninsdeletekey
; Offered under "Open with". Windows looks at the last part of a name alone: .gz is offered for .nii.gz.
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".nii"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".gz"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".nrrd"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".nhdr"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mha"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mhd"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".dcm"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\flare-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".flare"; ValueData: ""
; A workspace is ours: a double click opens it.
Root: HKA; Subkey: "Software\Classes\.flare"; ValueType: string; ValueData: "flare-gui.workspace"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\flare-gui.workspace"; ValueType: string; ValueData: "flare-gui workspace"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\flare-gui.workspace\shell\open\command"; ValueType: string; ValueData: """{app}\flare-gui.exe"" ""%1"""; Flags: uninsdeletekey
; A folder of DICOM slices, by the right button.
Root: HKA; Subkey: "Software\Classes\Directory\shell\flare-gui"; ValueType: string; ValueData: "Open with flare-gui"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Directory\shell\flare-gui\command"; ValueType: string; ValueData: """{app}\flare-gui.exe"" ""%1"""; Flags: uninsdeletekey
